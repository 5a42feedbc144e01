import type { Problem } from '../../../ml/data/readers/problem.ts';
import type { Dataset, Row, Scalar } from '../../../ml/data/readers/reader.ts';
import { readInside, safePath } from '../../../ml/data/readers/safe-path.ts';
import type { BlobRow, BlobStore } from '../../storage/blob-store.ts';
import { cropImage, type Box, type ImageFacts } from '../../storage/image-codec.ts';
import { encodeBinaryMask, MASK_MEDIA_TYPE } from '../../storage/mask-codec.ts';
import { spacingOfFile, type Spacing } from '../../storage/file-spacing.ts';
import { readPicture, type Picture } from '../../storage/picture.ts';
import { cropBox, cut, windowOf } from './frame.ts';
import { readMasks, type FrameMask, type Report } from './read-masks.ts';

export interface PreparedAnnotation {
  /** Positions in the dataset's lists. */
  rater: number;
  structure: number;
  blob: BlobRow;
  area: number;
}

/** An image whose bytes are in blob storage; its rows are still to be written. */
export interface PreparedImage extends Pick<Row, 'row' | 'path' | 'subject' | 'split' | 'diagnoses'> {
  /** null: there is no picture. */
  blob: BlobRow | null;
  /** null: there is neither picture nor mask, and the row does not say. */
  width: number | null;
  height: number | null;
  /** Of a pixel, in millimetres; null: unknown. */
  spacing: { readonly y: number; readonly x: number } | null;
  metadata: Record<string, Scalar>;
  annotations: PreparedAnnotation[];
  /** State of its files, see file-state.ts. */
  state: string | null;
}

/** What tells two rows of one picture: the file behind all links, and what is seen. */
export interface Identity {
  readonly file: string;
  readonly pixels: string;
}

export type Prepared =
  | { image: PreparedImage; identity: Identity | null; warnings: readonly Problem[] }
  | { problems: readonly Problem[] }
  /** Its bytes were purged, and must not come back unasked: nothing was stored. */
  | { purged: Row };

interface Storing {
  readonly write: BlobStore['write'];
  readonly isPurged: (bytes: Uint8Array) => Promise<boolean>;
}

/** Reads and checks a row's files and stores their contents. What is wrong with them is answered, not thrown. */
export async function prepareImage(
  blobs: Storing,
  dataset: Dataset,
  row: Row,
  state: string | null,
): Promise<Prepared> {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const report = (field: string, message: string, file = row.path) =>
    problems.push({ file, row: row.row, field, message });
  const warn = (field: string, message: string, file = row.path) =>
    warnings.push({ file, row: row.row, field, message });
  if (dataset.pictures === 'none') {
    const image = await prepareWithoutPicture(blobs, dataset, row, { report, warn, state });
    return image && problems.length === 0 ? { image, identity: null, warnings } : { problems };
  }

  const source = await readImage(dataset, row.path).catch(
    (error: Error) => void report('path', error.message),
  );
  if (source) warnOfDarkness(source, dataset, warn);
  if (source && !hasSize(source.facts, row.size)) {
    const { width, height } = source.facts;
    report(
      'width',
      `the file is ${width}×${height}, its description says ${row.size!.width}×${row.size!.height}`,
    );
    return { problems };
  }
  const masks = await readMasks(dataset, row, source?.facts ?? null, report, warn);
  if (!source || problems.length > 0) return { problems };

  const framed = frame(dataset, source.facts, masks, report);
  if (!framed) return { problems };
  const { box } = framed;
  const bytes = box ? await cropImage(source.bytes, box) : source.bytes;
  const [width, height] = box ? [box.width, box.height] : [source.facts.width, source.facts.height];
  if (await blobs.isPurged(bytes)) return { purged: row };
  const blob = await store(blobs, bytes, box ? 'image/png' : source.facts.mediaType);
  const annotations = await storeMasks(blobs, framed.masks);
  const { path, subject, split, diagnoses } = row;
  const spacing = row.spacing ?? source.spacing ?? null;
  const metadata = { ...row.metadata, ...rangeOf(dataset), ...framed.metadata };
  const named = { row: row.row, path, subject, split, diagnoses };
  return {
    image: { ...named, blob, width, height, spacing, metadata, annotations, state },
    identity: { file: source.file, pixels: source.pixels },
    warnings,
  };
}

/** @throws Error that says what is wrong with the file. */
async function readImage(
  { root, range, spacingInFiles }: Dataset,
  path: string,
): Promise<Picture & { file: string; spacing?: Spacing }> {
  const bytes = await readInside(root, path);
  const picture = await readPicture(bytes, range);
  const spacing = spacingInFiles ? spacingOfFile(bytes) : undefined;
  return { ...picture, file: await safePath(root, path), spacing };
}

/** Twelve bits in a file of sixteen use a sixteenth of its range: such a picture is nearly black. */
function warnOfDarkness(
  { brightest }: Picture,
  { range }: Dataset,
  warn: (field: string, message: string) => void,
): void {
  if (range || brightest === undefined || brightest > 65535 / 8) return;
  const message = `its brightest value is ${brightest} of 65535, so it is nearly black: 'range' in a manifest says which value is white`;
  warn('path', message);
}

/** Masks and diagnoses alone: the image has the size that the row gives, else that of its masks. */
async function prepareWithoutPicture(
  blobs: Pick<BlobStore, 'write'>,
  dataset: Dataset,
  row: Row,
  { report, warn, state }: { report: Report; warn: Report; state: string | null },
): Promise<PreparedImage | null> {
  const masks = await readMasks(dataset, row, row.size ?? null, report, warn);
  const sizes = new Set(masks.map(({ width, height }) => `${width}×${height}`));
  if (sizes.size > 1) {
    report('masks', `masks differ in size: ${[...sizes].join(', ')}`);
    return null;
  }
  const { width, height } = row.size ?? masks[0] ?? { width: null, height: null };
  const annotations = await storeMasks(blobs, masks);
  const { path, subject, split, diagnoses, spacing = null, metadata } = row;
  const size = { width, height, spacing };
  return { row: row.row, path, subject, split, diagnoses, blob: null, ...size, metadata, annotations, state };
}

async function storeMasks(
  blobs: Pick<BlobStore, 'write'>,
  masks: readonly FrameMask[],
): Promise<PreparedAnnotation[]> {
  const annotations: PreparedAnnotation[] = [];
  for (const { mask, rater, structure, width, height } of masks) {
    let area = 0;
    for (const value of mask) area += value;
    const stored = await store(blobs, encodeBinaryMask(mask, width, height), MASK_MEDIA_TYPE);
    annotations.push({ rater, structure, blob: stored, area });
  }
  return annotations;
}

function hasSize(facts: ImageFacts, size: Row['size']): boolean {
  return !size || (facts.width === size.width && facts.height === size.height);
}

/** Numbers of the file that are black and white in the stored image. */
function rangeOf({ range }: Dataset): Record<string, Scalar> {
  return range ? { rangeBlack: range[0], rangeWhite: range[1] } : {};
}

interface Framed {
  /** Part of the image that is kept; null for all of it. */
  box: Box | null;
  masks: FrameMask[];
  metadata: Record<string, Scalar>;
}

/** Brings masks to the image's frame, then both to the crop. */
function frame(
  dataset: Dataset,
  facts: ImageFacts,
  masks: FrameMask[],
  report: (field: string, message: string) => void,
): Framed | null {
  const refuse = (field: string, message: string) => {
    report(field, message);
    return null;
  };
  const frames = new Set(masks.map(({ width, height }) => `${width}×${height}`));
  const window =
    dataset.fit === 'window' &&
    masks.some((mask) => mask.width !== facts.width || mask.height !== facts.height);
  let metadata: Record<string, Scalar> = {};
  let placed = masks;
  if (window) {
    if (frames.size > 1) return refuse('masks', `masks differ in size: ${[...frames].join(', ')}`);
    const found = windowOf(masks, facts);
    if ('problem' in found) return refuse('masks', found.problem);
    placed = masks.map((mask) => cut(mask, found.box));
    metadata = { maskWindowLeft: found.box.left, maskWindowTop: found.box.top };
  }
  if (!dataset.crop) return { box: null, masks: placed, metadata };
  const structure = dataset.structures.indexOf(dataset.crop.structure);
  const box = cropBox(
    placed.filter((mask) => mask.structure === structure),
    facts,
    dataset.crop,
  );
  if (!box) return refuse('crop', `nobody, or less than half, marked '${dataset.crop.structure}'`);
  return {
    box,
    masks: placed.map((mask) => cut(mask, box)),
    metadata: { ...metadata, cropLeft: box.left, cropTop: box.top },
  };
}

async function store(blobs: Pick<BlobStore, 'write'>, bytes: Buffer, mediaType: string): Promise<BlobRow> {
  const { sha256 } = await blobs.write(bytes);
  return { sha256, bytes: bytes.byteLength, mediaType };
}
