import type { Dataset, DrawnMask, MaskFile, Row } from '../../../ml/data/readers/reader.ts';
import { normalPath } from '../../../ml/data/readers/normal-form.ts';
import { MissingFileError, readInside } from '../../../ml/data/readers/safe-path.ts';
import { InputError } from '../../../ml/errors.ts';
import { decodeLevels, type Levels } from '../../storage/levels.ts';
import { resizeMask } from '../../storage/resize-mask.ts';
import { markObject } from './mark-object.ts';
import { fileWarnings, maskWarning } from './mask-warnings.ts';

/** One rater's mask of one structure in the frame of its source: 0 or 1. */
export interface FrameMask {
  /** Positions in the dataset's lists. */
  rater: number;
  structure: number;
  mask: Uint8Array;
  width: number;
  height: number;
}

interface Size {
  width: number;
  height: number;
}

export type Report = (field: string, message: string, file?: string) => void;

/**
 * All masks of a row; `image` is null where the image itself could not be read, and sizes cannot be compared. `warn` is
 * told of what is odd, and `report` of what is wrong.
 */
export async function readMasks(
  dataset: Dataset,
  row: Row,
  image: Size | null,
  report: Report,
  warn: Report,
): Promise<FrameMask[]> {
  const masks: FrameMask[] = [];
  warnOfSharedFiles(row, warn);
  for (const source of row.masks) {
    const file = 'draw' in source ? (source.file ?? dataset.file) : source.path;
    const refuse = (message: string) => report(source.field, message, file);
    const note = (message: string) => warn(source.field, message, file);
    const found =
      'draw' in source
        ? await draw(dataset, source, image, refuse)
        : await read(dataset, source, refuse, note);
    for (const message of emptiness(source, found)) note(message);
    for (const mask of found) {
      const fitted = fit(dataset, mask, image, refuse);
      if (!fitted) break; // the other masks of the file have its size too
      masks.push(fitted);
    }
  }
  return masks;
}

type Refuse = (message: string) => void;

async function draw(
  dataset: Dataset,
  source: DrawnMask,
  image: Size | null,
  refuse: Refuse,
): Promise<FrameMask[]> {
  if (!image) return []; // the row fails on its image
  try {
    return [{ ...positions(dataset, source), ...(await source.draw(image)) }];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    refuse(error.message);
    return [];
  }
}

async function read(dataset: Dataset, source: MaskFile, refuse: Refuse, note: Refuse): Promise<FrameMask[]> {
  const found = await readLevels(dataset.root, source, refuse);
  if (!found) return [];
  const { levels, width, height } = found;
  const largest = largestOf(levels);
  if (source.largest !== undefined && (largest > source.largest || !levels.every(isCount))) {
    const odd = largest > source.largest ? largest : levels.find((value) => !isCount(value));
    refuse(`holds the value ${odd}: counts go from 0 to ${source.largest}`);
    return [];
  }
  try {
    const masks = source.readings.map((reading) => ({
      ...positions(dataset, reading),
      ...{ mask: markObject(found, reading.object), width, height },
    }));
    for (const message of fileWarnings(found, source)) note(message);
    return masks;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    refuse(error.message);
    return [];
  }
}

const isCount = (value: number): boolean => value >= 0 && Number.isInteger(value);

async function readLevels(root: string, source: MaskFile, refuse: Refuse): Promise<Levels | null> {
  try {
    return await decodeLevels(await readInside(root, source.path));
  } catch (error) {
    const unannotated = source.optional && error instanceof MissingFileError;
    if (!unannotated) refuse((error as Error).message);
    return null;
  }
}

/** The mask in the image's size, or null where nothing says how it would get there. */
function fit(dataset: Dataset, mask: FrameMask, image: Size | null, refuse: Refuse): FrameMask | null {
  if (!image || (mask.width === image.width && mask.height === image.height)) return mask;
  if (dataset.fit === 'window') return mask; // cut when all masks of the row are there
  if (dataset.fit === 'resample') return { ...mask, mask: resizeMask(mask.mask, mask, image), ...image };
  const sizes = `${mask.width}×${mask.height}, the image ${image.width}×${image.height}`;
  refuse(`the mask is ${sizes}; 'fit' in a manifest says what to do`);
  return null;
}

function positions(
  { raters, structures }: Dataset,
  { rater, structure }: { rater: string; structure: string },
): Pick<FrameMask, 'rater' | 'structure'> {
  return { rater: raters.findIndex(({ name }) => name === rater), structure: structures.indexOf(structure) };
}

function largestOf(levels: Levels['levels']): number {
  let largest = 0;
  for (const value of levels) if (value > largest) largest = value;
  return largest;
}

/** Of a vote map the highest levels may well be empty: it says nothing where all its levels are, or none is. */
function emptiness(source: Row['masks'][number], masks: readonly FrameMask[]): string[] {
  const said = masks.map(({ mask }) => maskWarning(mask));
  const votes = 'largest' in source && source.largest !== undefined;
  const all = votes && said.some((message) => message !== said[0]) ? [] : said;
  return [...new Set(all)].filter((message) => message !== null);
}

/** Two raters do not draw the same file: a copied cell does. */
function warnOfSharedFiles({ masks }: Row, warn: Report): void {
  const raters = new Map<string, string>();
  for (const source of masks) {
    if (!('path' in source) || source.largest !== undefined) continue;
    for (const { rater } of source.readings) {
      const path = normalPath(source.path);
      const other = raters.get(path);
      if (other === undefined) raters.set(path, rater);
      else if (other !== rater)
        warn(source.field, `rater '${rater}' has the same file as '${other}'`, source.path);
    }
  }
}
