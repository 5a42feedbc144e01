import { open as openFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { InputError } from '../../errors.ts';
import type { Size } from './coco-mask.ts';
import { polygonProblem } from './coco-segmentation.ts';
import { setEnclosed } from './enclosed-pixels.ts';
import { imagesByStem, listFolder, onlyImage, openFolder } from './folder.ts';
import { indexTable, type IndexedTable } from './indexed-table.ts';
import { readLidc, type LidcNodule, type LidcScan, type LidcSlice } from './lidc-file.ts';
import { lidcSettings, type LidcSettings } from './lidc-settings.ts';
import { DatasetError, type Problem } from './problem.ts';
import type { Dataset, DrawnMask, Pixels, Reader, Row, RowResult, Scalar } from './reader.ts';
import { dealOut } from './split-settings.ts';
import { readXml } from './xml-file.ts';

/** LIDC-IDRI/LIDC-IDRI-0001/<study>/<series>/069.xml, and a folder around it. */
const DEPTH = 5;
/** How many folders are looked into before a path counts as no LIDC folder. */
const PATIENCE = 200;
const SLICE_COLUMNS = ['sop_uid', 'spacing_y', 'spacing_x'];

/**
 * LIDC-IDRI's outlines of lung nodules: an XML file for each CT scan with up to four reading sessions, beside slices
 * that were exported from DICOM (docs/readers/lidc.md). A row is a slice in which somebody outlined a nodule of 3 mm or
 * more. Outlines pass through the pixels just outside of the nodule, which are therefore not part of the mask.
 */
export const lidc: Reader<LidcSettings> = {
  name: 'lidc',
  summary:
    'LIDC-IDRI: XML files of reading sessions (LidcReadMessage), each beside its slices exported as <SOP instance UID>.png.',
  citation:
    'Armato et al.: The Lung Image Database Consortium (LIDC) and Image Database Resource Initiative (IDRI): a completed reference database of lung nodules on CT scans, Medical Physics 38, 2011.',
  reconstruction: null,
  history: ['First version.'],
  config: lidcSettings,
  presets: {},
  recognises: async (path) => {
    for await (const file of xmlFiles(path, PATIENCE))
      return /<(Lidc|Idri)ReadMessage/.test(await headOf(join(path, file)));
    return false;
  },
  open,
};

interface Content {
  readonly root: string;
  readonly settings: LidcSettings;
  readonly files: readonly string[];
}

async function open(path: string, given: LidcSettings): Promise<Dataset> {
  const root = await openFolder(path);
  const files: string[] = [];
  for await (const file of xmlFiles(root, Infinity)) files.push(file);
  if (files.length === 0) {
    const message = `no XML file in the folder, nor ${DEPTH} folders down`;
    throw new DatasetError([{ file: path, row: null, field: 'path', message }]);
  }
  const content: Content = { root, settings: given, files };
  return {
    name: given.name ?? basename(root),
    description: given.description,
    modality: given.modality,
    diagnosisNames: given.diagnosisNames,
    ...{ file: path, root, structures: [given.structure] },
    raters: Array.from({ length: given.readers }, (_, session) => ({
      ...{ name: readerName(session), kind: 'person', informativeness: null },
    })),
    countRows: async () => {
      let rows = 0;
      const source = lidcRows(content);
      while (!(await source.next()).done) rows++;
      return rows;
    },
    rows: () => lidcRows(content),
  };
}

const readerName = (session: number): string => `reader ${session + 1}`;

/** XML files at most some folders down, relative to the root. Looks into so many folders, and no more. */
async function* xmlFiles(root: string, patience: number): AsyncGenerator<string> {
  const seen = new Set<string>();
  const waiting = [''];
  while (waiting.length > 0 && seen.size < patience) {
    const next = waiting.pop()!;
    const real = await realpath(join(root, next)).catch(() => null);
    // A link may lead back to where one has been.
    if (real === null || seen.has(real)) continue;
    seen.add(real);
    const { files, folders } = await listFolder(real);
    for (const file of files) if (/\.xml$/i.test(file)) yield join(next, file);
    if (next.split(sep).length > DEPTH) continue;
    for (const name of folders.toReversed()) waiting.push(join(next, name));
  }
}

async function headOf(file: string): Promise<string> {
  const handle = await openFile(file).catch(() => null);
  if (!handle) return '';
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await handle.close();
  }
}

async function* lidcRows(content: Content): AsyncGenerator<RowResult> {
  let row = 0;
  for (const file of content.files) {
    const fail = (messages: readonly [field: string, message: string][]): RowResult => ({
      problems: messages.map(([field, message]) => ({ file, row, field, message })),
    });
    const scan = await readScan(content, file);
    if ('problems' in scan) {
      row++;
      yield fail(scan.problems);
      continue;
    }
    for (const [uid, slice] of scan.slices) {
      const found = onlyImage(scan.images, uid);
      if ('problem' in found && content.settings.missing === 'skip' && !found.problem.includes('several'))
        continue;
      row++;
      yield 'problem' in found
        ? fail([['images', found.problem]])
        : sliceRow(content, scan, { uid, slice, row, file, image: found.file });
    }
  }
}

interface OpenScan extends LidcScan {
  readonly folder: string;
  readonly images: ReturnType<typeof imagesByStem>;
  readonly spacings: IndexedTable;
}

type Refusal = { readonly problems: readonly [field: string, message: string][] };

/** A scan with its slices, or everything that is wrong with its file. A chest radiograph's file has no slices. */
async function readScan({ root, settings }: Content, file: string): Promise<OpenScan | Refusal> {
  try {
    const message = await readXml(root, file);
    // LIDC-IDRI's chest radiographs, one point a nodule.
    if (message.name === 'IdriReadMessage') return nothing;
    if (message.name !== 'LidcReadMessage')
      return { problems: [['xml', `expected the element LidcReadMessage, found ${message.name}`]] };
    const problems: [string, string][] = [];
    const scan = readLidc(message, (problem) => void problems.push(['xml', problem]));
    if (scan.sessions > settings.readers)
      problems.push(['readers', `${scan.sessions} reading sessions: expected at most ${settings.readers}`]);
    if (problems.length > 0) return { problems };
    const folder = join(dirname(file), settings.images);
    if (folder.startsWith('..')) return { problems: [['images', `'${folder}' is outside the folder`]] };
    const { files } = await listFolder(join(root, folder));
    const spacings = files.includes('slices.csv')
      ? await indexTable(root, join(folder, 'slices.csv'), {
          columns: SLICE_COLUMNS,
          keyOf: ({ sop_uid }) => sop_uid,
        })
      : new Map<string, []>();
    return { ...scan, folder, images: imagesByStem(files), spacings };
  } catch (error) {
    if (error instanceof InputError) return { problems: [['xml', error.message]] };
    throw error;
  }
}

const nothing: OpenScan = {
  ...{ study: '', sessions: 0, slices: new Map(), folder: '', images: new Map(), spacings: new Map() },
};

interface OneSlice {
  readonly uid: string;
  readonly slice: LidcSlice;
  readonly image: string;
  readonly row: number;
  /** The XML file. */
  readonly file: string;
}

function sliceRow({ root, settings }: Content, scan: OpenScan, one: OneSlice): RowResult {
  const { slice, row, file } = one;
  const problems: Problem[] = [];
  const spacing = readSpacing(settings, scan.spacings, one.uid, (message) =>
    problems.push({ file: join(scan.folder, 'slices.csv'), row, field: 'spacing', message }),
  );
  if (problems.length > 0) return { problems };
  const subject = patientOf(join(basename(root), file)) ?? (scan.study || file);
  const ratings = ratingsOf(slice);
  const metadata: Record<string, Scalar> = slice.z === null ? {} : { z: slice.z };
  for (const [session, rating] of ratings) metadata[`malignancy, ${readerName(session)}`] = rating;
  return {
    row: {
      ...{ row, path: join(scan.folder, one.image), subject, spacing, metadata },
      split: settings.split ?? dealOut(settings.fractions, subject),
      diagnoses: diagnosesOf(settings, ratings),
      masks: masksOf(settings, scan.sessions, slice, file),
    },
  };
}

/** The folder that TCIA names after the patient: the XML files do not name one, and some patients have two scans. */
function patientOf(path: string): string | undefined {
  return path.split(sep).find((part) => /^LIDC-IDRI-\d{4}$/.test(part));
}

function readSpacing(
  { spacing }: LidcSettings,
  spacings: IndexedTable,
  uid: string,
  report: (message: string) => void,
): Row['spacing'] {
  const entry = spacings.get(uid)?.[0];
  if (!entry) return spacing && { y: spacing[0], x: spacing[1] };
  const [y, x] = ['spacing_y', 'spacing_x'].map((column) => Number(entry.cells[column] || NaN));
  if (y > 0 && x > 0 && y < Infinity && x < Infinity) return { y, x };
  report(
    `row ${entry.row}: expected millimetres, received '${entry.cells['spacing_y']}' and '${entry.cells['spacing_x']}'`,
  );
  return undefined;
}

/** The highest rating of the nodules that a reader outlined here. */
function ratingsOf({ nodules }: LidcSlice): Map<number, number> {
  const ratings = new Map<number, number>();
  for (const [session, parts] of nodules) {
    const given = parts.map(({ malignancy }) => malignancy ?? 0);
    if (Math.max(...given) > 0) ratings.set(session, Math.max(...given));
  }
  return ratings;
}

function diagnosesOf(
  { indeterminate }: LidcSettings,
  ratings: ReadonlyMap<number, number>,
): Record<string, 0 | 1> {
  const diagnoses: Record<string, 0 | 1> = {};
  const judge = (source: string, rating: number): void => {
    if (rating !== indeterminate) diagnoses[source] = rating > indeterminate ? 1 : 0;
  };
  if (ratings.size > 0) judge('reference', median([...ratings.values()]));
  for (const [session, rating] of ratings) judge(readerName(session), rating);
  return diagnoses;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

function masksOf(
  { unmarked, structure }: LidcSettings,
  sessions: number,
  { nodules }: LidcSlice,
  file: string,
): DrawnMask[] {
  return Array.from({ length: sessions }, (_, session) => session).flatMap((session) => {
    const parts = nodules.get(session) ?? [];
    if (parts.length === 0 && unmarked === 'skip') return [];
    const rater = readerName(session);
    return [
      { rater, structure, field: `outlines of ${rater}`, file, draw: (size) => drawNodules(parts, size) },
    ];
  });
}

function drawNodules(parts: readonly LidcNodule[], { width, height }: Size): Pixels {
  const mask = new Uint8Array(width * height);
  for (const { included, excluded } of parts) {
    for (const outline of [...included, ...excluded]) {
      const problem = polygonProblem(outline, { width, height }, 0);
      if (problem) throw new InputError(`an outline ${problem}`);
    }
    const own = excluded.length === 0 ? mask : new Uint8Array(width * height);
    for (const outline of included) setEnclosed(own, { width, height }, outline, 1);
    for (const outline of excluded) setEnclosed(own, { width, height }, outline, 0);
    if (own !== mask) for (let at = 0; at < mask.length; at++) mask[at] |= own[at];
  }
  return { mask, width, height };
}
