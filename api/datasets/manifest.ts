import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { badManifest } from '../errors.ts';
import { readTableHeader } from './table.ts';

const MANIFEST_LIMIT = 64 * 1024 * 1024;

/** Text with columns in it: 'images/{id}.png'. Without a column it is the same for every row. */
const template = z.string().min(1);
const name = z.string().trim().min(1).max(200);

const rater = z.union([
  name,
  z.strictObject({
    name,
    /** Phantoms: how informative the rater's outlines are by construction. */
    informativeness: z.number().min(0).max(1).optional(),
  }),
]);

/** Which pixel values are the object. */
const objectRule = z.union([
  z.strictObject({ equals: z.number().int().min(0).max(65535) }),
  z.strictObject({ atLeast: z.number().int().min(1).max(65535) }),
]);

const masks = z.strictObject({
  /** Where the masks lie, with {rater} and {structure} and columns. Left out: the columns mask:<rater>:<structure>. */
  path: template.optional(),
  /** A mask that is named but is not there: an error, or not annotated. */
  missing: z.enum(['error', 'skip']).default('error'),
  /** 8-bit values are 0–255 (also of 1-bit files: 0 and 255). */
  object: objectRule.default({ atLeast: 1 }),
  /** The masks hold how many of this number of experts marked the pixel; each level set is an annotator. */
  votes: z.number().int().min(1).max(255).optional(),
  /** What to do where a mask's size is not its image's; left out: an error. See docs/manifest.md. */
  fit: z.enum(['resample', 'window']).optional(),
});

const crop = z.strictObject({
  /** The box of what at least half of the raters marked as this structure … */
  structure: name,
  /** … and this share of the box's longer side added all around. */
  margin: z.number().min(0).max(10).default(0),
  /** Square, and as far as the image reaches. */
  square: z.boolean().default(true),
});

const imageRow = z.looseObject({
  path: z.string().optional(),
  masks: z.array(z.strictObject({ rater: name, structure: name, path: z.string().min(1) })).optional(),
});

const schema = z.strictObject({
  name,
  description: z.string().default(''),
  modality: z.string().default(''),
  /** Folder of all paths, relative to the manifest's own folder. */
  root: z.string().default('.'),
  structures: z.array(name).min(1).optional(),
  raters: z.array(rater).min(1).optional(),
  path: template.default('{path}'),
  subject: template.optional(),
  split: template.default('{split}'),
  /** The table's words for train, validation and test. */
  splits: z.record(z.string(), z.enum(['train', 'validation', 'test'])).optional(),
  diagnosis: template.optional(),
  diagnosisValues: z.record(z.string(), z.union([z.literal(0), z.literal(1)])).default({ '0': 0, '1': 1 }),
  /** Names of the values 0 and 1. */
  diagnosisNames: z.tuple([name, name]).optional(),
  /** Further diagnoses: source to column template. */
  otherDiagnoses: z.record(name, template).default({}),
  /** Columns kept as metadata; left out: all that nothing else uses. */
  metadata: z.array(z.string()).optional(),
  masks: masks.prefault({}),
  crop: crop.optional(),
  /** The rows: a CSV file, the files that fit a template, or a list in the manifest. */
  table: z.string().optional(),
  files: template.optional(),
  images: z.array(imageRow).optional(),
});

type Parsed = z.infer<typeof schema>;

export interface ManifestRater {
  name: string;
  kind: 'person' | 'level';
  informativeness: number | null;
  /** Level sets: marked by at least so many. */
  votes: number | null;
}

export interface Manifest extends Omit<Parsed, 'raters' | 'structures' | 'root'> {
  /** The manifest's file, for messages. */
  file: string;
  /** Real, absolute. Nothing outside of it is read. */
  root: string;
  structures: string[];
  raters: ManifestRater[];
  /** Absolute path of the table of rows, where there is one. */
  tableFile: string | null;
  /** Columns mask:<rater>:<structure>. */
  maskColumns: { column: string; rater: string; structure: string }[];
}

/** Reads the manifest of a folder (manifest.json or manifest.csv), or the manifest file itself. */
export async function loadManifest(path: string): Promise<Manifest> {
  const file = await manifestFile(resolve(path));
  const folder = dirname(file);
  const csv = file.toLowerCase().endsWith('.csv');
  const settings = csv ? bareTable(file) : parse(await readJson(file), file);
  const fail = (field: string, message: string) => badManifest([{ file, row: null, field, message }]);
  if (isAbsolute(settings.root)) throw fail('root', 'is relative to the folder of the manifest');
  const root = await realpath(resolve(folder, settings.root)).catch(() => {
    throw fail(
      'root',
      `there is no folder '${settings.root}' (looked for ${resolve(folder, settings.root)})`,
    );
  });
  const sources = [settings.table, settings.files, settings.images].filter((source) => source !== undefined);
  if (sources.length !== 1) throw fail('table', "give exactly one of 'table', 'files' and 'images'");
  const tableFile =
    settings.table === undefined ? null : await tablePath(settings.table, [folder, root], fail);
  const header = tableFile ? await readTableHeader(tableFile) : [];
  const maskColumns = header.flatMap((column) => readMaskColumn(column));
  return { ...settings, ...cast(settings, maskColumns, fail), file, root, tableFile, maskColumns };
}

async function manifestFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  const fail = (message: string) => badManifest([{ file: path, row: null, field: 'path', message }]);
  if (!found) throw fail('there is no such file or folder');
  if (found.isFile()) return path;
  for (const candidate of ['manifest.json', 'manifest.csv']) {
    if (await stat(join(path, candidate)).catch(() => null)) return join(path, candidate);
  }
  throw fail('the folder has neither manifest.json nor manifest.csv');
}

/** A manifest.csv alone: everything else takes its default, and the folder gives the name. */
function bareTable(file: string): Parsed {
  return schema.parse({
    name: dirname(file).split(/[\\/]/).pop() || 'dataset',
    table: file.split(/[\\/]/).pop(),
  });
}

async function readJson(file: string): Promise<unknown> {
  const fail = (message: string) => badManifest([{ file, row: null, field: 'manifest', message }]);
  if ((await stat(file)).size > MANIFEST_LIMIT)
    throw fail('is larger than 64 MiB: put the rows into a table (CSV)');
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw fail(`is not JSON: ${(error as Error).message}`);
  }
}

function parse(value: unknown, file: string): Parsed {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badManifest(
    parsed.error.issues.map(({ path, message }) => {
      const row = path[0] === 'images' && typeof path[1] === 'number' ? path[1] + 1 : null;
      return { file, row, field: path.join('.') || 'manifest', message };
    }),
  );
}

async function tablePath(
  table: string,
  folders: string[],
  fail: (field: string, message: string) => Error,
): Promise<string> {
  if (isAbsolute(table) || table.split(/[\\/]/).includes('..'))
    throw fail('table', `'${table}' leaves the folder`);
  for (const folder of folders) {
    const path = join(folder, table);
    if (await stat(path).catch(() => null)) return path;
  }
  throw fail('table', `there is no file '${table}' beside the manifest or in its root`);
}

function readMaskColumn(column: string): Manifest['maskColumns'] {
  const match = /^mask:([^:]+):([^:]+)$/.exec(column);
  return match ? [{ column, rater: match[1], structure: match[2] }] : [];
}

/** Who annotates what: as declared, else as the columns or rows name them, in the order of first mention. */
function cast(
  settings: Parsed,
  maskColumns: Manifest['maskColumns'],
  fail: (field: string, message: string) => Error,
): Pick<Manifest, 'raters' | 'structures'> {
  const named = [...maskColumns, ...(settings.images ?? []).flatMap((image) => image.masks ?? [])];
  const structures = settings.structures ?? unique(named.map(({ structure }) => structure));
  const raters = settings.masks.votes
    ? levels(settings.masks.votes)
    : (settings.raters ?? unique(named.map((item) => item.rater))).map(asRater);
  if (settings.masks.votes && settings.raters)
    throw fail('raters', "'votes' makes the raters: leave them out");
  if (structures.length === 0) throw fail('structures', 'name what is outlined: no mask column or row does');
  if (raters.length === 0) throw fail('raters', 'name the raters: no mask column or row does');
  if (unique(structures).length < structures.length) throw fail('structures', 'two have the same name');
  if (unique(raters.map((item) => item.name)).length < raters.length)
    throw fail('raters', 'two have the same name');
  if (settings.crop && !structures.includes(settings.crop.structure)) {
    throw fail('crop.structure', `'${settings.crop.structure}' is none of ${structures.join(', ')}`);
  }
  return { structures, raters };
}

function levels(votes: number): ManifestRater[] {
  return Array.from({ length: votes }, (_, index) => ({
    name: `at least ${index + 1} of ${votes}`,
    kind: 'level',
    informativeness: null,
    votes: index + 1,
  }));
}

function asRater(given: z.infer<typeof rater>): ManifestRater {
  const { name: raterName, informativeness } = typeof given === 'string' ? { name: given } : given;
  return { name: raterName, kind: 'person', informativeness: informativeness ?? null, votes: null };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
