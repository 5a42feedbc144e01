import { basename, join } from 'node:path';
import { z } from 'zod';
import { addTo } from './add-to.ts';
import { imagesByStem, listFolder, onlyImage, openFolder } from './folder.ts';
import { hasColumns, indexTable, type Entry } from './indexed-table.ts';
import { layoutSettings, markedFrom, missingMask } from './layout-settings.ts';
import { DatasetError, type Problem } from './problem.ts';
import type { Dataset, MaskFile, Reader, Row, RowResult, Split } from './reader.ts';
import { dealOut, optionalFractions, splitSetting } from './split-settings.ts';

const splitFolder = (split: string, name: string) =>
  z
    .string()
    .min(1)
    .regex(/^(?!\.\.?$)[^/\\]+$/, 'expected the name of a folder')
    .default(name)
    .meta({ description: `Folder of the ${split} cases.`, source: "The release's own names." });

const settings = z.strictObject({
  ...layoutSettings({ modality: 'fundus', diagnosisNames: ['no glaucoma', 'glaucoma'] }),
  folders: z
    .strictObject({
      train: splitFolder('training', 'Training-400'),
      validation: splitFolder('validation', 'Validation-400'),
      test: splitFolder('test', 'Test-400'),
    })
    .prefault({})
    .meta({ description: 'The folder of each split. One that is not there has no cases.' }),
  raters: z.number().int().min(1).max(99).default(7).meta({
    description: 'How many raters marked each image. Files with a higher number are an error.',
    source: 'REFUGE-2: seven.',
    unit: 'raters',
  }),
  cropped: z.boolean().default(false).meta({
    description: 'Read the images and masks whose names end in `_cropped`, in copies that have both.',
    source: 'Most copies have cropped images and no cropped masks.',
  }),
  tables: z.array(z.string().min(1)).optional().meta({
    description:
      'Tables of the diagnoses, with the columns multimaskName and label. If omitted, all such CSV files in the folder.',
    source: 'Their names differ between copies: REFUGE1Train.csv, REFUGETrain.csv, …',
  }),
  markedFrom,
  missing: missingMask,
  split: splitSetting.meta({
    description: 'The split of all images. If omitted, that of their folder.',
    source: 'The release has splits.',
  }),
  fractions: optionalFractions,
});

type Settings = z.infer<typeof settings>;
const COLUMNS = ['multimaskName', 'label'];
const STRUCTURES = ['disc', 'cup'];
const SPLITS: readonly Split[] = ['train', 'validation', 'test'];
const LABELS: Readonly<Record<string, 0 | 1>> = { '0': 0, '1': 1, '0.0': 0, '1.0': 1 };

/**
 * The seven raters' discs and cups of REFUGE-2: a folder for each case, its masks beside the image
 * (`0826/0826.jpg`, `0826/0826_seg_disc_1.png` …). File number n is the rater called Rn.
 */
export const refuge: Reader<Settings> = {
  name: 'refuge',
  summary:
    'REFUGE-2 with seven raters: Training-400, Validation-400 and Test-400 with a folder for each case, whose masks are called <case>_seg_disc_1.png.',
  citation:
    'Fang et al.: REFUGE2 Challenge: A Treasure Trove for Multi-Dimension Analysis and Evaluation in Glaucoma Screening, 2022; Ji et al.: Learning Calibrated Medical Image Segmentation via Multi-rater Agreement Modeling, CVPR 2021.',
  reconstruction: null,
  history: ['First version.'],
  config: settings,
  presets: {},
  recognises: async (path) => {
    for (const folder of Object.values(settings.parse({}).folders)) {
      const [first] = (await listFolder(join(path, folder))).folders;
      if (!first) continue;
      const { files } = await listFolder(join(path, folder, first));
      return files.some((file) => file.startsWith(`${first}_seg_disc_`));
    }
    return false;
  },
  open,
};

interface Case {
  readonly split: Split;
  readonly folder: string;
  readonly name: string;
}

interface Content {
  readonly root: string;
  readonly settings: Settings;
  /** By 'folder/case'. */
  readonly labels: ReadonlyMap<string, readonly LabelEntry[]>;
  /** Folders of which the tables speak: there, each case needs a row. */
  readonly labelled: ReadonlySet<string>;
}

interface LabelEntry extends Entry {
  readonly table: string;
}

async function open(path: string, given: Settings): Promise<Dataset> {
  const root = await openFolder(path);
  const cases = await findCases(root, given, path);
  const labels = await readLabels(root, given);
  const labelled = new Set([...labels.keys()].map((key) => key.split('/')[0]));
  const content: Content = { root, settings: given, labels, labelled };
  return {
    name: given.name ?? basename(root),
    description: given.description,
    modality: given.modality,
    diagnosisNames: given.diagnosisNames,
    ...{ file: path, root, structures: STRUCTURES },
    raters: Array.from({ length: given.raters }, (_, index) => ({
      ...{ name: `R${index + 1}`, kind: 'person', informativeness: null },
    })),
    countRows: async () => cases.length,
    rows: async function* () {
      for (const [index, one] of cases.entries()) yield readCase(content, one, index + 1);
    },
  };
}

async function findCases(root: string, { folders }: Settings, path: string): Promise<Case[]> {
  const cases: Case[] = [];
  for (const split of SPLITS) {
    const folder = folders[split];
    for (const name of (await listFolder(join(root, folder))).folders) cases.push({ split, folder, name });
  }
  if (cases.length > 0) return cases;
  const found = await listFolder(root);
  const names = [...found.folders, ...found.files].slice(0, 10).join(', ') || 'nothing';
  const looked = SPLITS.map((split) => folders[split]).join(', ');
  const message =
    `looked for the folders ${looked}, with a folder for each case in them; found ${names}. ` +
    'The release with one reference mask an image (Disc_Cup_Masks) is another layout: docs/readers/refuge.md';
  throw new DatasetError([{ file: path, row: null, field: 'path', message }]);
}

/** Rows of every table, by the folder and the case that end their path: 'Dataset-new-2/Test-400/0544/0544.jpg'. */
async function readLabels(root: string, { tables }: Settings): Promise<Map<string, LabelEntry[]>> {
  const labels = new Map<string, LabelEntry[]>();
  for (const table of tables ?? (await findTables(root))) {
    const keyOf = ({ multimaskName }: Entry['cells']): string | null =>
      // Some copies list images without masks of several raters, too.
      ['', 'nan'].includes(multimaskName.toLowerCase())
        ? null
        : multimaskName.split(/[\\/]/).slice(-3, -1).join('/');
    for (const [key, entries] of await indexTable(root, table, { columns: COLUMNS, keyOf }))
      for (const entry of entries) addTo(labels, key, { ...entry, table });
  }
  return labels;
}

/** A table with the release's name counts even where its columns are not to be found: it is refused with what it has. */
async function findTables(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const file of (await listFolder(root)).files.filter((name) => /\.csv$/i.test(name)))
    if (/^refuge/i.test(file) || (await hasColumns(join(root, file), COLUMNS))) found.push(file);
  return found;
}

async function readCase(content: Content, { split, folder, name }: Case, row: number): Promise<RowResult> {
  const { root, settings } = content;
  const problems: Problem[] = [];
  const where = `${folder}/${name}`;
  const report = (field: string, message: string, file = where): void =>
    void problems.push({ file, row, field, message });
  const images = imagesByStem((await listFolder(join(root, folder, name))).files);
  const end = settings.cropped ? '_cropped' : '';
  const image = onlyImage(images, name + end);
  if ('problem' in image) report('path', image.problem);
  const masks = readMasks(settings, { where, name, end, images }, report);
  const { diagnoses, metadata } = readLabel(content, where, report);
  if (problems.length > 0 || 'problem' in image) return { problems };
  const path = `${where}/${image.file}`;
  const dealt = settings.fractions && dealOut(settings.fractions, path);
  return {
    row: {
      ...{ row, path, subject: path, diagnoses, masks },
      split: settings.split ?? dealt ?? split,
      metadata: { case: name, ...metadata },
    },
  };
}

type Report = (field: string, message: string, file?: string) => void;

interface CaseFiles {
  readonly where: string;
  readonly name: string;
  /** What names end with, before the extension. */
  readonly end: string;
  readonly images: ReturnType<typeof imagesByStem>;
}

function readMasks({ raters, markedFrom, missing }: Settings, files: CaseFiles, report: Report): MaskFile[] {
  const { where, name, end, images } = files;
  const masks: MaskFile[] = [];
  for (const structure of STRUCTURES)
    for (let rater = 1; rater <= raters; rater++) {
      const field = `mask of R${rater}, ${structure}`;
      const mask = onlyImage(images, `${name}_seg_${structure}_${rater}${end}`);
      const reading = { rater: `R${rater}`, structure, object: { atLeast: markedFrom } };
      if ('file' in mask)
        masks.push({ path: `${where}/${mask.file}`, field, readings: [reading], optional: false });
      else if (missing === 'error' || mask.problem.includes('several')) report(field, mask.problem);
    }
  for (const stem of images.keys()) {
    const number = /_seg_[a-z]+_(\d{1,9})(?:_cropped)?$/.exec(stem)?.[1];
    if (number !== undefined && (Number(number) < 1 || Number(number) > raters))
      report('raters', `rater ${number}: expected 1 to ${raters}`, `${where}/${stem}`);
  }
  return masks;
}

function readLabel(
  { labels, labelled }: Content,
  where: string,
  report: Report,
): Pick<Row, 'diagnoses' | 'metadata'> {
  const entries = labels.get(where) ?? [];
  if (entries.length === 0) {
    if (labelled.has(where.split('/')[0])) report('label', `no table has a row for '${where}'`);
    return { diagnoses: {}, metadata: {} };
  }
  const words = new Set(entries.map(({ cells }) => cells['label']));
  const unknown = entries.find(({ cells }) => !Object.hasOwn(LABELS, cells['label']));
  if (unknown) {
    const message = `row ${unknown.row}: expected 0 or 1, received '${unknown.cells['label']}'`;
    report('label', message, unknown.table);
    return { diagnoses: {}, metadata: {} };
  }
  const values = new Set([...words].map((word) => LABELS[word]));
  if (values.size > 1)
    report('label', `'${where}' has the labels ${[...words].join(' and ')}`, entries[0].table);
  const original = basename((entries[0].cells['imgName'] ?? '').replaceAll('\\', '/'));
  return {
    diagnoses: { reference: [...values][0] },
    metadata: original === '' ? {} : { original },
  };
}
