import { basename, join } from 'node:path';
import { addTo } from './add-to.ts';
import { imagesByStem, insideFolder, listFolder, onlyImage, openFolder, stemOf } from './folder.ts';
import { hasColumns, indexTable, type Entry, type IndexedTable } from './indexed-table.ts';
import { readIsicDiagnosis } from './isic-diagnosis.ts';
import { isicSettings, type IsicSettings } from './isic-settings.ts';
import { numberOrText } from './manifest-rows.ts';
import { DatasetError, type Problem } from './problem.ts';
import type { Dataset, MaskFile, Reader, RowResult, Scalar } from './reader.ts';
import { dealOut } from './split-settings.ts';

const MASK_COLUMNS = ['ISIC_id', 'seg_filename', 'annotator'];
const IMAGE_FOLDERS = ['images', '.'];
const MASK_FOLDERS = ['segs', 'seg_masks', 'masks', 'segmentations', '.'];
/** 'ISIC_0000004_expert.png'; the challenges write '_segmentation', and have other pictures beside the masks. */
const MASK_NAME = /^(ISIC_\d{7})_(?!superpixels|attribute_|downsampled)(.{1,100})$/;
/** Facts of the image file, which is measured when it is read; identities that are read as such. */
const NOT_METADATA = ['isic_id', 'image_id', 'pixels_x', 'pixels_y', 'patient_id', 'seg_filename'];

/**
 * Skin lesions of the ISIC Archive with several annotators. IMA++ says in a table whose mask is whose; without such a
 * table the annotator is what stands in a mask's name after the image's. Annotators are known by the release's numbers;
 * 'expert' and 'novice' are levels of skill, behind which different people stand from image to image.
 */
export const isic: Reader<IsicSettings> = {
  name: 'isic',
  summary:
    'ISIC Archive images with masks of several annotators: IMA++ with its tables, or masks called ISIC_0000000_<annotator>.png.',
  citation:
    'Abhishek, Kawahara, Hamarneh: IMA++: ISIC Archive Multi-Annotator Dermoscopic Skin Lesion Segmentation Dataset, 2025 (doi:10.5281/zenodo.14201692).',
  reconstruction: null,
  history: ['First version.'],
  config: isicSettings,
  presets: {},
  recognises: async (path) => {
    const { files } = await listFolder(path);
    for (const file of files.filter(isTable))
      if (await hasColumns(join(path, file), MASK_COLUMNS)) return true;
    for (const folder of MASK_FOLDERS)
      if ((await listFolder(join(path, folder))).files.some(isMask)) return true;
    return false;
  },
  open,
};

const isTable = (file: string): boolean => /\.csv$/i.test(file);
const isMask = (file: string): boolean => /\.png$/i.test(file) && MASK_NAME.test(stemOf(file));

interface NamedMask {
  readonly rater: string;
  /** Without the extension. */
  readonly stem: string;
}

interface Folder {
  readonly folder: string;
  readonly images: ReturnType<typeof imagesByStem>;
}

interface Content {
  readonly settings: IsicSettings;
  readonly images: Folder;
  readonly masks: Folder;
  /** Image to its masks, of those that have enough. */
  readonly named: ReadonlyMap<string, readonly NamedMask[]>;
  readonly about: IndexedTable | null;
}

async function open(path: string, given: IsicSettings): Promise<Dataset> {
  const root = await openFolder(path);
  const fail = (field: string, message: string) =>
    new DatasetError([{ file: path, row: null, field, message }]);
  const table =
    given.segmentations ??
    (await onlyTable(root, MASK_COLUMNS, 'segmentations', 'IMAplusplus_seg_metadata.csv'));
  const masks = await firstWith(root, given.masks ? [given.masks] : MASK_FOLDERS, isMask);
  if (!masks) {
    const looked = given.masks ?? MASK_FOLDERS.join(', ');
    throw fail('path', `no masks called ISIC_0000000_….png: looked for them in ${looked}`);
  }
  const images = await firstWith(root, given.images ? [given.images] : IMAGE_FOLDERS, isPicture);
  if (!images)
    throw fail(
      'path',
      `no images called ISIC_0000000.jpg: looked in ${given.images ?? 'images and the folder'}`,
    );
  const all = table === null ? masksByName(masks) : await masksByTable(root, table, given);
  const named = new Map([...all].filter(([, { length }]) => length >= given.minAnnotators).sort());
  if (named.size === 0)
    throw fail('minAnnotators', `no image has masks of ${given.minAnnotators} annotators or more`);
  const content: Content = { settings: given, images, masks, named, about: await readAbout(root, given) };
  const raters = [...new Set([...named.values()].flat().map(({ rater }) => rater))].sort();
  return {
    name: given.name ?? basename(root),
    description: given.description,
    modality: given.modality,
    diagnosisNames: given.diagnosisNames,
    ...{ file: path, root, structures: [given.structure] },
    raters: raters.map((name) => ({ name, kind: 'person', informativeness: null })),
    countRows: async () => named.size,
    rows: async function* () {
      for (const [index, id] of [...named.keys()].entries()) yield readImage(content, id, index + 1);
    },
  };
}

const isPicture = (file: string): boolean => /^ISIC_\d{7}$/.test(stemOf(file));

async function firstWith(
  root: string,
  folders: readonly string[],
  wanted: (file: string) => boolean,
): Promise<Folder | null> {
  for (const folder of folders.map(insideFolder)) {
    if (folder === null) continue;
    const found = (await listFolder(join(root, folder))).files.filter(wanted);
    if (found.length > 0) return { folder, images: imagesByStem(found) };
  }
  return null;
}

/** The only table with these columns, or the one that is called so; null where there is none. */
async function onlyTable(
  root: string,
  columns: readonly string[],
  option: string,
  usual: string,
): Promise<string | null> {
  const tables = (await listFolder(root)).files.filter(isTable);
  if (tables.includes(usual)) return usual;
  const found: string[] = [];
  for (const file of tables) if (await hasColumns(join(root, file), columns)) found.push(file);
  if (found.length <= 1) return found[0] ?? null;
  const message = `${found.length} tables have the columns ${columns.join(', ')}: name one of ${found.join(', ')}`;
  throw new DatasetError([{ file: root, row: null, field: `options.${option}`, message }]);
}

function masksByName({ images }: Folder): Map<string, NamedMask[]> {
  const masks = new Map<string, NamedMask[]>();
  for (const stem of images.keys()) {
    const [, id, rater] = MASK_NAME.exec(stem)!;
    addTo(masks, id, { rater, stem });
  }
  return masks;
}

/** What a rater marked a second time is kept apart, as 'A06 (2)': in the order of the table. */
async function masksByTable(
  root: string,
  table: string,
  { consensus }: IsicSettings,
): Promise<Map<string, NamedMask[]>> {
  const masks = new Map<string, NamedMask[]>();
  const keyOf = ({ ISIC_id, annotator }: Entry['cells']) => (consensus.includes(annotator) ? null : ISIC_id);
  const entries = await indexTable(root, table, { columns: MASK_COLUMNS, keyOf });
  const problems: Problem[] = [];
  for (const [id, rows] of entries) {
    const [times, raters] = [new Map<string, number>(), new Set<string>()];
    for (const { row, cells } of rows) {
      const { annotator, seg_filename: file } = cells;
      for (const field of ['annotator', 'seg_filename'])
        if (cells[field] === '') problems.push({ file: table, row, field, message: 'is empty' });
      const time = (times.get(annotator) ?? 0) + 1;
      times.set(annotator, time);
      const rater = time === 1 ? annotator : `${annotator} (${time})`;
      if (raters.has(rater))
        problems.push({ file: table, row, field: 'annotator', message: `two masks of '${rater}'` });
      raters.add(rater);
      addTo(masks, id, { rater, stem: stemOf(file) });
    }
  }
  if (problems.length > 0) throw new DatasetError(problems);
  return masks;
}

/** What is known of the images. The Archive writes `isic_id`, the challenges `image_id`. */
async function readAbout(root: string, { metadata }: IsicSettings): Promise<IndexedTable | null> {
  const usual = 'IMAplusplus_img_metadata.csv';
  const table =
    metadata ??
    (await onlyTable(root, ['isic_id'], 'metadata', usual)) ??
    (await onlyTable(root, ['image_id'], 'metadata', usual));
  if (table === null) return null;
  // A table that has neither is refused for want of the first.
  const column = (await hasColumns(join(root, table), ['image_id'])) ? 'image_id' : 'isic_id';
  return indexTable(root, table, { columns: [column], keyOf: (cells) => stemOf(cells[column]) });
}

function readImage(content: Content, id: string, row: number): RowResult {
  const { settings, images, about } = content;
  const problems: Problem[] = [];
  const report = (file: string, field: string, message: string): void =>
    void problems.push({ file, row, field, message });
  const image = onlyImage(images.images, id);
  if ('problem' in image) report(join(images.folder, id), 'path', image.problem);
  const masks = readMasks(content, id, report);
  const entries = about?.get(id) ?? [];
  if (about && entries.length !== 1)
    report(id, 'metadata', `expected one row in the table of images, found ${entries.length}`);
  const cells = entries[0]?.cells ?? {};
  const diagnosis = readIsicDiagnosis(cells, settings.positive);
  if (typeof diagnosis === 'string') report(id, 'diagnosis', diagnosis);
  if (problems.length > 0 || 'problem' in image || typeof diagnosis === 'string') return { problems };
  const subject = cells['patient_id'] || cells['lesion_id'] || id;
  return {
    row: {
      ...{ row, path: join(images.folder, image.file), subject, masks },
      split: settings.split ?? dealOut(settings.fractions, subject),
      diagnoses: diagnosis === null ? {} : { reference: diagnosis },
      metadata: readMetadata(cells),
    },
  };
}

function readMasks(
  { settings, masks, named }: Content,
  id: string,
  report: (file: string, field: string, message: string) => void,
): MaskFile[] {
  const { structure, markedFrom, missing } = settings;
  return named.get(id)!.flatMap(({ rater, stem }): MaskFile[] => {
    const mask = onlyImage(masks.images, stem);
    const field = `mask of '${rater}'`;
    if ('file' in mask) {
      const readings = [{ rater, structure, object: { atLeast: markedFrom } }];
      return [{ path: join(masks.folder, mask.file), field, readings, optional: false }];
    }
    if (missing === 'error' || mask.problem.includes('several'))
      report(join(masks.folder, stem), field, mask.problem);
    return [];
  });
}

function readMetadata(cells: Entry['cells']): Record<string, Scalar> {
  const kept = Object.entries(cells).filter(([key, text]) => text !== '' && !NOT_METADATA.includes(key));
  return Object.fromEntries(kept.map(([key, text]) => [key, numberOrText(text)]));
}
