import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { SettingsError } from '../../errors.ts';
import { parseLabelRule, REFERENCE, type LabelRule } from '../../label-fusion/label-rule.ts';
import { diagnosisWords, type DiagnosisWords } from './diagnosis-words.ts';
import { readJson, topLevelKeys } from './json-file.ts';
import { normalName } from './normal-form.ts';
import {
  parseManifest,
  manifestSettings,
  type ManifestSettings,
  type RaterSetting,
} from './manifest-settings.ts';
import { isRule } from './object-rule.ts';
import { DatasetError } from './problem.ts';
import type { Rater } from './reader.ts';
import { readTableForm, type TableForm } from './table.ts';

const MANIFEST_LIMIT = 64 * 1024 * 1024;
const NAMES = ['manifest.json', 'manifest.csv'];

/** A manifest whose words have been understood. */
export interface Manifest extends Omit<ManifestSettings, 'raters' | 'structures' | 'root' | 'labels'> {
  /** The manifest's file, for messages. */
  readonly file: string;
  /** Real, absolute. Nothing outside of it is read. */
  readonly root: string;
  readonly structures: readonly string[];
  readonly raters: readonly Rater[];
  /** The table of rows, where there is one: its absolute path, and how it is written. */
  readonly rowTable: (TableForm & { readonly file: string }) | null;
  readonly maskColumns: readonly MaskColumn[];
  /** The scale of diagnoses, and the table's words for its values. */
  readonly diagnoses: DiagnosisWords;
  /** Columns of graders' diagnoses by source: as declared, and diagnosis:<grader>. */
  readonly otherDiagnoses: Readonly<Record<string, string>>;
  readonly labels?: LabelRule;
}

/** A column mask:<rater>:<structure>. */
interface MaskColumn {
  readonly column: string;
  readonly rater: string;
  readonly structure: string;
}

type Fail = (field: string, message: string) => DatasetError;

/** Reads the manifest of a folder (manifest.json or manifest.csv), or the manifest file itself. */
export async function loadManifest(path: string, encoding?: string): Promise<Manifest> {
  const file = await manifestFile(resolve(path));
  const folder = dirname(file);
  const settings = isTable(file) ? bareTable(file) : parseManifest(await readManifest(file), file);
  const fail: Fail = (field, message) => new DatasetError([{ file, row: null, field, message }]);
  if (isAbsolute(settings.root)) throw fail('root', 'is relative to the folder of the manifest');
  const root = await realpath(resolve(folder, settings.root)).catch(() => {
    throw fail(
      'root',
      `there is no folder '${settings.root}' (looked for ${resolve(folder, settings.root)})`,
    );
  });
  for (const key of ['crop', 'masks.fit'] as const) {
    const given = key === 'crop' ? settings.crop : settings.masks.fit === 'window';
    if (settings.pictures === 'none' && given) throw fail(key, 'needs pictures, and there are none');
  }
  const sources = [settings.table, settings.files, settings.images].filter((source) => source !== undefined);
  if (sources.length !== 1) throw fail('table', "give exactly one of 'table', 'files' and 'images'");
  const tableFile =
    settings.table === undefined ? null : await tablePath(settings.table, [folder, root], fail);
  const form = tableFile ? await readTableForm(tableFile, encoding ?? settings.encoding) : null;
  const header = form?.header ?? [];
  const maskColumns = readMaskColumns(header, fail);
  const rowTable = tableFile && form ? { file: tableFile, ...form } : null;
  const diagnoses = diagnosisWords(settings, fail);
  return {
    ...{
      ...settings,
      ...cast(settings, maskColumns, form, fail),
      file,
      root,
      rowTable,
      maskColumns,
      diagnoses,
    },
    otherDiagnoses: graderColumns(settings, header, fail),
    labels: labelsOf(settings, diagnoses, fail),
  };
}

/** Columns diagnosis:<grader> beside those declared. */
function graderColumns(
  { otherDiagnoses }: ManifestSettings,
  header: readonly string[],
  fail: Fail,
): Record<string, string> {
  const found = header.flatMap((column) => {
    const grader = /^diagnosis:(.+)$/.exec(column)?.[1].trim();
    return grader ? [[grader, `{${column}}`] as const] : [];
  });
  const twice = found.find(([grader], i) => {
    return (
      grader in otherDiagnoses || grader === REFERENCE || found.some(([name], k) => k < i && name === grader)
    );
  });
  if (twice) throw fail(`diagnosis:${twice[0]}`, 'there is another column of this source');
  return { ...otherDiagnoses, ...Object.fromEntries(found) };
}

function labelsOf(
  { labels }: ManifestSettings,
  { scale }: DiagnosisWords,
  fail: Fail,
): LabelRule | undefined {
  if (labels === undefined) return undefined;
  try {
    return parseLabelRule(labels, scale);
  } catch (error) {
    throw error instanceof SettingsError ? fail(error.field, error.message) : error;
  }
}

/** A table, or a JSON file with a name: what else JSON may hold has none at its top. */
export async function findManifest(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (!found) return null;
  if (found.isFile()) return isTable(path) || (await isManifestJson(path)) ? path : null;
  for (const candidate of NAMES.map((name) => join(path, name))) {
    if (await stat(candidate).catch(() => null)) return candidate;
  }
  return null;
}

const isTable = (file: string): boolean => file.toLowerCase().endsWith('.csv');

async function isManifestJson(file: string): Promise<boolean> {
  if (basename(file) === 'manifest.json') return true;
  return file.toLowerCase().endsWith('.json') && (await topLevelKeys(file)).has('name');
}

/** Called with the format given, any file is taken for a manifest. */
async function manifestFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  const fail = (message: string) => new DatasetError([{ file: path, row: null, field: 'path', message }]);
  if (!found) throw fail('there is no such file or folder');
  if (found.isFile()) return path;
  const file = await findManifest(path);
  if (!file) throw fail('the folder has neither manifest.json nor manifest.csv');
  return file;
}

/** A manifest.csv alone: everything else takes its default, and the folder gives the name. */
function bareTable(file: string): ManifestSettings {
  return manifestSettings.parse({ name: basename(dirname(file)) || 'dataset', table: basename(file) });
}

const readManifest = (file: string): Promise<unknown> =>
  readJson(file, { field: 'manifest', limit: MANIFEST_LIMIT, remedy: 'put the rows into a table (CSV)' });

async function tablePath(table: string, folders: readonly string[], fail: Fail): Promise<string> {
  if (isAbsolute(table) || table.split(/[\\/]/).includes('..'))
    throw fail('table', `'${table}' leaves the folder`);
  for (const folder of folders) {
    const path = join(folder, table);
    if (await stat(path).catch(() => null)) return path;
  }
  throw fail('table', `there is no file '${table}' beside the manifest or in its root`);
}

function readMaskColumns(header: readonly string[], fail: Fail): MaskColumn[] {
  const found = new Map<string, MaskColumn>();
  for (const column of header) {
    const [, rater, structure] = (/^mask:([^:]+):([^:]+)$/.exec(column) ?? []).map(normalName);
    if (!rater || !structure) continue;
    const key = `mask:${rater}:${structure}`;
    const other = found.get(key);
    if (other) throw fail(column, `names the same rater and structure as the column '${other.column}'`);
    found.set(key, { column, rater, structure });
  }
  return [...found.values()];
}

/** Who annotates what: as declared, else as the columns or rows name them, in the order of first mention. */
function cast(
  settings: ManifestSettings,
  maskColumns: readonly MaskColumn[],
  form: TableForm | null,
  fail: Fail,
): Pick<Manifest, 'raters' | 'structures'> {
  const named = [...maskColumns, ...(settings.images ?? []).flatMap((image) => image.masks ?? [])];
  const structures = settings.structures ?? unique(named.map(({ structure }) => structure));
  const raters = settings.masks.votes
    ? levels(settings.masks.votes)
    : (settings.raters ?? unique(named.map((item) => item.rater))).map(asRater);
  if (settings.masks.votes && settings.raters)
    throw fail('raters', "'votes' makes the raters: leave them out");
  const masks = !(settings.structures?.length === 0 || (settings.pictures === 'none' && named.length === 0));
  if (!masks && !settings.masks.path && named.length === 0) return { structures: [], raters: [] };
  const seen = form
    ? ` (columns of the table: ${form.header.map((column) => `'${column}'`).join(', ')})`
    : '';
  if (structures.length === 0)
    throw fail('structures', `name what is outlined: no mask column or row does${seen}`);
  if (raters.length === 0) throw fail('raters', `name the raters: no mask column or row does${seen}`);
  refuseTwice('structures', structures, fail);
  refuseTwice(
    'raters',
    raters.map((item) => item.name),
    fail,
  );
  checkObjects(settings, structures, fail);
  if (settings.crop && !structures.includes(settings.crop.structure)) {
    throw fail('crop.structure', `'${settings.crop.structure}' is none of ${structures.join(', ')}`);
  }
  return { structures, raters };
}

/** Names are compared in one form (normal-form.ts), so that two may be written in different ways. */
function refuseTwice(field: string, names: readonly string[], fail: Fail): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw fail(field, `two have the same name: '${twice}'`);
}

/** Rules by structure name each structure, and no other. */
function checkObjects({ masks }: ManifestSettings, structures: readonly string[], fail: Fail): void {
  if (!masks.object) return;
  if (masks.votes) throw fail('masks.object', "'votes' says what the values are: leave it out");
  if (isRule(masks.object)) return;
  const named = Object.keys(masks.object);
  const unknown = named.find((name) => !structures.includes(normalName(name)));
  if (unknown !== undefined)
    throw fail(`masks.object.${unknown}`, `'${unknown}' is none of ${structures.join(', ')}`);
  const missing = structures.find((name) => !named.map(normalName).includes(name));
  if (missing !== undefined) throw fail(`masks.object`, `says nothing of the structure '${missing}'`);
}

/** 'At least k of n marked it': n raters of rising strictness. */
function levels(votes: number): Rater[] {
  return Array.from({ length: votes }, (_, index) => ({
    name: `at least ${index + 1} of ${votes}`,
    kind: 'level',
    informativeness: null,
  }));
}

function asRater(given: RaterSetting): Rater {
  const { name, informativeness } = typeof given === 'string' ? { name: given } : given;
  return { name, kind: 'person', informativeness: informativeness ?? null };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
