import { basename, join } from 'node:path';
import { z } from 'zod';
import { imagesByStem, insideFolder, isImage, listFolder, onlyImage, openFolder, stemOf } from './folder.ts';
import { indexTable, type IndexedTable } from './indexed-table.ts';
import { layoutSettings, markedFrom, missingMask } from './layout-settings.ts';
import { DatasetError, type Problem } from './problem.ts';
import type { Dataset, MaskSource, Reader, RowResult } from './reader.ts';
import { dealOut, dealtFractions, splitSetting } from './split-settings.ts';

const folder = z.string().min(1).max(200);

const settings = z.strictObject({
  ...layoutSettings({ modality: 'ultrasound', diagnosisNames: ['benign', 'malignant'] }),
  images: folder.default('image').meta({
    description: 'Folder of the images.',
    source: 'TN-SCUI 2020.',
  }),
  masks: z.record(z.string().trim().min(1).max(200), folder).optional().meta({
    description:
      'Folder of the masks of each rater. If omitted, the published masks, in `mask`, of one rater called `reference`.',
    source: 'TN-SCUI 2020 publishes one mask for each image; the masks of several graders are not public.',
  }),
  structure: z.string().trim().min(1).max(200).default('nodule').meta({
    description: 'Name of the structure.',
    source: 'TN-SCUI 2020.',
  }),
  table: z.string().min(1).default('train.csv').meta({
    description: 'Table of the diagnoses. An image file that is not in it is an error.',
    source: 'TN-SCUI 2020.',
  }),
  markedFrom,
  missing: missingMask,
  split: splitSetting,
  fractions: dealtFractions,
});

type Settings = z.infer<typeof settings>;
const COLUMNS = ['ID', 'CATE'];

/** The thyroid nodules of TN-SCUI 2020: images, masks of the same names, and a table of benign (0) and malignant (1). */
export const tnscui: Reader<Settings> = {
  name: 'tnscui',
  summary:
    'TN-SCUI 2020: the folders image and mask with files of the same names, and train.csv with the columns ID and CATE.',
  citation:
    'Zhou, Jia, Ni et al.: Thyroid Nodule Segmentation and Classification in Ultrasound Images (TN-SCUI 2020), MICCAI 2020 challenge.',
  reconstruction: null,
  history: ['First version.'],
  config: settings,
  presets: {},
  recognises: async (path) => {
    const { files, folders } = await listFolder(path);
    return ['image', 'mask'].every((name) => folders.includes(name)) && files.includes('train.csv');
  },
  open,
};

interface ImageFolder {
  readonly folder: string;
  readonly images: ReturnType<typeof imagesByStem>;
}

interface Content {
  readonly settings: Settings;
  readonly images: ImageFolder;
  /** By rater. */
  readonly masks: ReadonlyMap<string, ImageFolder>;
  readonly labels: IndexedTable;
}

async function open(path: string, given: Settings): Promise<Dataset> {
  const root = await openFolder(path);
  const images = await imagesIn(root, given.images, path);
  const labels = await indexTable(root, given.table, { columns: COLUMNS, keyOf: ({ ID }) => idOf(ID) });
  const masks = new Map<string, ImageFolder>();
  for (const [rater, folder] of Object.entries(given.masks ?? { reference: 'mask' }))
    masks.set(rater, await imagesIn(root, folder, path));
  const content: Content = { settings: given, images, masks, labels };
  const stems = [...new Set([...images.images.keys(), ...labels.keys()])];
  return {
    name: given.name ?? basename(root),
    description: given.description,
    modality: given.modality,
    diagnosisNames: given.diagnosisNames,
    ...{ file: path, root },
    raters: [...masks.keys()].map((name) => ({ name, kind: 'person', informativeness: null })),
    structures: [given.structure],
    countRows: async () => stems.length,
    rows: async function* () {
      for (const [index, stem] of stems.entries()) yield readImage(content, stem, index + 1);
    },
  };
}

/** A folder outside the root is not listed; its files could not be read either. */
async function imagesIn(root: string, name: string, path: string): Promise<ImageFolder> {
  const folder = insideFolder(name);
  const images = imagesByStem(folder === null ? [] : (await listFolder(join(root, folder))).files);
  if (folder !== null && images.size > 0) return { folder, images };
  const message = `there is no folder '${name}' with image files`;
  throw new DatasetError([{ file: path, row: null, field: 'path', message }]);
}

/** The table names files, in some copies without their extension. */
const idOf = (id: string): string => (isImage(id) ? stemOf(id) : id);

function readImage({ settings, images, masks, labels }: Content, stem: string, row: number): RowResult {
  const problems: Problem[] = [];
  const image = onlyImage(images.images, stem);
  const path = join(images.folder, 'file' in image ? image.file : stem);
  const report = (file: string, field: string, message: string, line = row): void =>
    void problems.push({ file, row: line, field, message });
  if ('problem' in image) report(path, 'ID', image.problem);
  const sources: MaskSource[] = [];
  for (const [rater, { folder, images }] of masks) {
    const mask = onlyImage(images, stem);
    const reading = { rater, structure: settings.structure, object: { atLeast: settings.markedFrom } };
    const field = `mask of '${rater}'`;
    if ('file' in mask)
      sources.push({ path: join(folder, mask.file), field, readings: [reading], optional: false });
    else if (settings.missing === 'error' || mask.problem.includes('several'))
      report(join(folder, stem), field, mask.problem);
  }
  const entries = labels.get(stem) ?? [];
  const category = entries[0]?.cells['CATE'] ?? '';
  if (entries.length === 0) report(settings.table, 'ID', `there is no row for '${stem}'`);
  if (entries.length > 1)
    report(settings.table, 'ID', `'${stem}' is in ${entries.length} rows`, entries[1].row);
  if (!['', '0', '1'].includes(category))
    report(settings.table, 'CATE', `expected 0 or 1, received '${category}'`, entries[0].row);
  if (problems.length > 0) return { problems };
  const diagnoses: Record<string, 0 | 1> = category === '' ? {} : { reference: category === '1' ? 1 : 0 };
  const split = settings.split ?? dealOut(settings.fractions, path);
  return { row: { row, path, subject: path, split, diagnoses, masks: sources, metadata: {} } };
}
