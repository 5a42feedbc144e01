import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Manifest } from './load-manifest.ts';
import { readSpacing } from './manifest-spacing.ts';
import { normalName } from './normal-form.ts';
import { numberOrText } from './number-or-text.ts';
import { ruleOf } from './object-rule.ts';
import { DatasetError, type Problem } from './problem.ts';
import type { MaskFile, Reading, Row, RowResult, Scalar, Split } from './reader.ts';
import { readTable, type TableRow } from './table.ts';

/** A mask that a row names, before its words are checked. */
interface NamedMask {
  /** null: a vote map, which holds all raters. */
  rater: string | null;
  structure: string;
  path: string;
  field: string;
}

type Cells = Record<string, unknown>;

/** Of an image without a picture, whose size nothing else bounds. */
const LONGEST_SIDE = 100_000;

/** The rows of a manifest one at a time, each understood or with what is wrong with it. */
export async function* manifestRows(manifest: Manifest): AsyncGenerator<RowResult> {
  let row = 0;
  for await (const { cells, problem } of rawRows(manifest)) {
    row++;
    if (problem) yield { problems: [{ file: manifest.rowTable?.file ?? manifest.file, row, ...problem }] };
    else yield readRow(manifest, cells, row);
  }
}

/** How many rows there are. For a table this reads it once through; nothing beside. */
export async function countRows(manifest: Manifest): Promise<number> {
  if (manifest.images) return manifest.images.length;
  let rows = 0;
  const source = rawRows(manifest);
  while (!(await source.next()).done) rows++;
  return rows;
}

async function* rawRows(manifest: Manifest): AsyncGenerator<{ cells: Cells; problem: TableRow['problem'] }> {
  if (manifest.rowTable) yield* readTable(manifest.rowTable.file, manifest.rowTable);
  const rows = manifest.images ?? (manifest.files ? matchingFiles(manifest, manifest.files) : []);
  for await (const cells of rows) yield { cells, problem: null };
}

/** 'images/{id}.png': a row for every file of the folder that fits, its column {id} taken from the name. */
async function* matchingFiles(manifest: Manifest, files: string): AsyncGenerator<Cells> {
  const folder = dirname(files);
  const fail = (message: string) =>
    new DatasetError([{ file: manifest.file, row: null, field: 'files', message }]);
  if (/[{}]/.test(folder) || folder.split(/[\\/]/).includes('..'))
    throw fail('the columns stand in the file name alone');
  const columns: string[] = [];
  const pattern = files
    .slice(folder === '.' ? 0 : folder.length + 1)
    .split(/(\{[^{}]+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      columns.push(part.slice(1, -1));
      return '(.+)';
    });
  const expression = new RegExp(`^${pattern.join('')}$`);
  const names = await readdir(join(manifest.root, folder)).catch(() => {
    throw fail(`there is no folder '${folder}'`);
  });
  for (const name of names.sort()) {
    const match = expression.exec(name);
    if (!match) continue;
    const cells = Object.fromEntries(columns.map((column, index) => [column, match[index + 1]]));
    yield { ...cells, path: folder === '.' ? name : `${folder}/${name}` };
  }
}

function readRow(manifest: Manifest, cells: Cells, row: number): RowResult {
  const problems: Problem[] = [];
  const path = fill(manifest.path, cells);
  const file = path.text || manifest.file;
  const report = (field: string, message: string) => problems.push({ file, row, field, message });
  const used = new Set<string>();
  const read = (template: string, field: string): string => {
    const { text, missing } = fill(template, cells);
    for (const column of columnsOf(template)) used.add(column);
    for (const column of missing) report(field, `there is no column '${column}'`);
    return text;
  };

  read(manifest.path, 'path');
  const size = readSize(manifest, cells, read, report);
  if (path.text === '' && path.missing.length === 0) report('path', 'is empty');
  const split = readSplit(manifest, cells, read, report);
  const subject = normalName(readSubject(manifest, cells, used, read)) || path.text;
  const diagnoses = readDiagnoses(manifest, cells, read, report);
  const masks = readMasks(manifest, cells, used, report);
  const spacing = readSpacing(manifest.spacing, cells, read, report);
  const metadata = readMetadata(manifest, cells, used, report);
  if (problems.length > 0 || !split) return { problems };
  return { row: { row, path: path.text, size, subject, split, diagnoses, masks, spacing, metadata } };
}

type Report = (field: string, message: string) => void;
type Read = (template: string, field: string) => string;

/** An empty cell, or no column at all: none, which is enough where nothing is trained. */
function readSplit(manifest: Manifest, cells: Cells, read: Read, report: Report): Split | null {
  const template = manifest.split ?? ('split' in cells ? '{split}' : undefined);
  const text = template === undefined ? '' : read(template, 'split');
  const splits: Record<string, Split> = manifest.splits ?? {
    train: 'train',
    validation: 'validation',
    test: 'test',
    none: 'none',
  };
  if (Object.hasOwn(splits, text)) return splits[text];
  if (text === '') return 'none';
  report('split', `unknown split '${text}': expected one of ${Object.keys(splits).join(', ')}`);
  return null;
}

/** Left out: a column 'subject' where there is one, else every image is a subject of its own. */
function readSubject(manifest: Manifest, cells: Cells, used: Set<string>, read: Read): string {
  if (manifest.subject) return read(manifest.subject, 'subject');
  used.add('subject');
  return textOf(cells['subject']);
}

/** Of an image without a picture, where the row says it. */
function readSize(manifest: Manifest, cells: Cells, read: Read, report: Report): Row['size'] {
  if (manifest.pictures !== 'none') return undefined;
  const [width, height] = (['width', 'height'] as const).map((side) => {
    const template = manifest[side] ?? (side in cells ? `{${side}}` : null);
    const text = template === null ? '' : read(template, side).trim();
    if (text === '') return null;
    const pixels = Number(text);
    if (Number.isInteger(pixels) && pixels >= 1 && pixels <= LONGEST_SIDE) return pixels;
    report(side, `expected a number of pixels from 1 to ${LONGEST_SIDE}, received '${text}'`);
    return null;
  });
  if (width !== null && height !== null) return { width, height };
  if (width !== height) report(width === null ? 'width' : 'height', 'give both width and height, or neither');
  return undefined;
}

function readDiagnoses(
  manifest: Manifest,
  cells: Cells,
  read: Read,
  report: Report,
): Record<string, number | null> {
  const templates = { ...manifest.otherDiagnoses };
  const reference = manifest.diagnosis ?? ('diagnosis' in cells ? '{diagnosis}' : undefined);
  if (reference) templates['reference'] = reference;
  const diagnoses: Record<string, number | null> = {};
  const { words, ...scale } = manifest.diagnoses;
  for (const [source, template] of Object.entries(templates)) {
    const field = source === 'reference' ? 'diagnosis' : `otherDiagnoses.${source}`;
    const text = read(template, field).trim();
    if (text === '') continue; // not graded
    const value = scale.read(text);
    if (value !== undefined) diagnoses[source] = value;
    else
      report(
        field,
        `'${text}' is none of the declared values ${words.join(', ')}; if it means unknown, say "diagnosisValues": {"${text}": null}`,
      );
  }
  return diagnoses;
}

function readMasks(manifest: Manifest, cells: Cells, used: Set<string>, report: Report): MaskFile[] {
  used.add('masks');
  const masks: NamedMask[] = [];
  for (const { column, rater, structure } of manifest.maskColumns) {
    used.add(column);
    const path = textOf(cells[column]);
    if (path !== '') masks.push({ rater, structure, path, field: column });
  }
  const listed =
    (manifest.images ? (cells['masks'] as NonNullable<Manifest['images']>[0]['masks']) : null) ?? [];
  listed.forEach((mask, index) => masks.push({ ...mask, field: `masks.${index}` }));
  if (manifest.masks.path) masks.push(...templateMasks(manifest, manifest.masks.path, cells, used, report));
  return checkedMasks(manifest, masks, report).map((mask) => asMaskFile(manifest, mask));
}

function templateMasks(
  manifest: Manifest,
  template: string,
  cells: Cells,
  used: Set<string>,
  report: Report,
): NamedMask[] {
  for (const column of columnsOf(template)) used.add(column);
  // A vote map holds all raters in one file.
  const raters = manifest.masks.votes ? [null] : manifest.raters.map(({ name }) => name);
  return raters.flatMap((rater) =>
    manifest.structures.map((structure) => {
      const field = rater === null ? `masks:${structure}` : `mask:${rater}:${structure}`;
      const { text: path, missing } = fill(template, {
        ...cells,
        structure,
        ...(rater === null ? {} : { rater }),
      });
      for (const column of missing) report(field, `there is no column '${column}'`);
      return { rater, structure, path, field };
    }),
  );
}

function checkedMasks(manifest: Manifest, masks: NamedMask[], report: Report): NamedMask[] {
  const raters = new Set(manifest.raters.map(({ name }) => name));
  const seen = new Set<string>();
  for (const mask of masks) {
    // In a column or list, too, a vote map stands for all raters, whatever name it goes under.
    if (manifest.masks.votes) mask.rater = null;
    else if (!raters.has(mask.rater!)) report(mask.field, `unknown rater '${mask.rater}'`);
    if (!manifest.structures.includes(mask.structure))
      report(mask.field, `unknown structure '${mask.structure}'`);
    const key = JSON.stringify([mask.rater, mask.structure]);
    if (seen.has(key)) {
      const whose = mask.rater === null ? '' : ` of rater '${mask.rater}'`;
      report(mask.field, `two masks${whose} for structure '${mask.structure}'`);
    }
    seen.add(key);
  }
  return masks;
}

function asMaskFile(manifest: Manifest, { rater, structure, path, field }: NamedMask): MaskFile {
  const { votes, missing } = manifest.masks;
  // 'At least k of n marked it': the file holds every level's mask.
  const readings: Reading[] = votes
    ? manifest.raters.map(({ name }, index) => ({ rater: name, structure, object: { atLeast: index + 1 } }))
    : [{ rater: rater!, structure, object: ruleOf(manifest.masks.object, structure) }];
  return { path, field, readings, largest: votes, optional: missing === 'skip' };
}

function readMetadata(
  manifest: Manifest,
  cells: Cells,
  used: Set<string>,
  report: Report,
): Record<string, Scalar> {
  const chosen = manifest.metadata ?? Object.keys(cells).filter((column) => !used.has(column));
  const decimalComma = manifest.rowTable?.separator === ';';
  const metadata: Record<string, Scalar> = {};
  for (const column of chosen) {
    const value = cells[column];
    if (value === undefined) report(`metadata.${column}`, `there is no column '${column}'`);
    else if (typeof value === 'object' && value !== null)
      report(column, 'metadata is text, a number or a truth value');
    else {
      const kept = typeof value === 'string' ? numberOrText(value, decimalComma) : (value as Scalar);
      if (kept !== '' && !(kept === null && typeof value === 'string')) metadata[column] = kept;
    }
  }
  return metadata;
}

function columnsOf(template: string): string[] {
  return [...template.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1]);
}

function fill(template: string, cells: Cells): { text: string; missing: string[] } {
  const missing: string[] = [];
  const text = template.replace(/\{([^{}]+)\}/g, (_, column: string) => {
    if (!Object.hasOwn(cells, column)) missing.push(column);
    return textOf(cells[column]);
  });
  return { text, missing };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
