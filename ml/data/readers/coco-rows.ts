import { isFields, type Fields } from './coco-file.ts';
import { firstOf, idOf, textOf, type Annotation, type Coco } from './coco-annotations.ts';
import { drawn, type Size } from './coco-mask.ts';
import { readSegmentation, shown, type Segmentation } from './coco-segmentation.ts';
import { normalName } from './normal-form.ts';
import type { Problem } from './problem.ts';
import type { DrawnMask, Row, RowResult, Scalar, Split } from './reader.ts';
import { dealOut } from './split-settings.ts';

/** As many pixels as the import takes of an image. */
const PIXEL_LIMIT = 100_000_000;
/** What COCO itself says of an image, and is not metadata. */
const OWN_KEYS = [
  'id',
  'file_name',
  'width',
  'height',
  'license',
  'flickr_url',
  'coco_url',
  'date_captured',
  'spacing',
];
const SPLITS: Readonly<Record<string, Split>> = {
  train: 'train',
  validation: 'validation',
  val: 'validation',
  valid: 'validation',
  test: 'test',
  none: 'none',
};

type Report = (field: string, message: string) => void;

/** A row for each image, then what is wrong with annotations that belong to no image. */
export async function* cocoRows(coco: Coco): AsyncGenerator<RowResult> {
  for (const [index, image] of coco.images.entries()) yield readImage(coco, image, index + 1);
  for (const orphan of coco.orphans) yield { problems: [orphan] };
}

function readImage(coco: Coco, image: unknown, row: number): RowResult {
  const problems: Problem[] = [];
  const report: Report = (field, message) => problems.push({ file: coco.file, row, field, message });
  const fields = isFields(image) ? image : {};
  const id = readId(coco, fields, row, report);
  const file = textOf(fields['file_name']);
  if (file === '') report('file_name', `expected a path, received ${shown(fields['file_name'])}`);
  const size = readSize(fields, report);
  const path = coco.imageFolder === '' ? file : `${coco.imageFolder}/${file}`;
  const subject = normalName(firstOf(fields, coco.settings.subjectKeys)) || path;
  const split = readSplit(coco, fields, subject, report);
  const diagnoses = readDiagnoses(coco, fields, report);
  const spacing = readSpacing(coco, fields, report);
  const masks = id !== null && size ? readMasks(coco, coco.byImage.get(id) ?? [], size, report) : [];
  if (problems.length > 0 || !split || !size) return { problems };
  const metadata = readMetadata(coco, fields);
  return { row: { row, path, size, subject, split, diagnoses, masks, spacing, metadata } };
}

function readId({ rowsOf }: Coco, fields: Fields, row: number, report: Report): string | null {
  const id = idOf(fields['id']);
  if (id === null) report('id', `expected a number or text, received ${shown(fields['id'])}`);
  const other = id === null ? undefined : rowsOf.get(id)?.find((candidate) => candidate !== row);
  if (other !== undefined)
    report('id', `row ${other} has the id ${id} too: nothing says whose annotations these are`);
  return id;
}

function readSize(fields: Fields, report: Report): Size | null {
  const [width, height] = ['width', 'height'].map((key) => {
    const value = fields[key];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    report(key, `expected a number of pixels, received ${shown(value)}`);
    return null;
  });
  if (width === null || height === null) return null;
  if (width * height <= PIXEL_LIMIT) return { width, height };
  report('width', `${width}×${height} are more than ${PIXEL_LIMIT} pixels`);
  return null;
}

function readSplit({ settings }: Coco, fields: Fields, subject: string, report: Report): Split | null {
  const { split, fractions, splits = SPLITS, splitKey } = settings;
  const text = textOf(fields[splitKey]);
  if (text === '' && split) return split;
  if (text === '' && fractions) return dealOut(fractions, subject);
  if (Object.hasOwn(splits, text)) return splits[text];
  if (text === '') return 'none'; // enough where nothing is trained
  report(splitKey, `unknown split '${text}': expected one of ${Object.keys(splits).join(', ')}`);
  return null;
}

function readDiagnoses({ settings, diagnoses }: Coco, fields: Fields, report: Report): Row['diagnoses'] {
  const { diagnosisKey } = settings;
  const text = textOf(fields[diagnosisKey]);
  if (text === '') return {}; // not graded
  const value = diagnoses.read(text);
  if (value !== undefined) return { reference: value };
  report(diagnosisKey, `'${text}' is none of the declared values ${diagnoses.words.join(', ')}`);
  return {};
}

function readSpacing({ settings }: Coco, fields: Fields, report: Report): Row['spacing'] {
  const own = fields['spacing'];
  if (own == null) return settings.spacing && { y: settings.spacing[0], x: settings.spacing[1] };
  const [y, x] = (Array.isArray(own) && own.length === 2 ? own : []) as unknown[];
  if (typeof y === 'number' && typeof x === 'number' && y > 0 && x > 0) return { y, x };
  report('spacing', `expected millimetres per pixel [y, x], received ${shown(own)}`);
  return undefined;
}

function readMetadata({ settings }: Coco, fields: Fields): Record<string, Scalar> {
  const { subjectKeys, splitKey, diagnosisKey } = settings;
  const used = new Set([...OWN_KEYS, ...subjectKeys, splitKey, diagnosisKey]);
  const kept = Object.entries(fields).filter(
    ([key, value]) => !used.has(key) && typeof value !== 'object' && value !== '',
  );
  return Object.fromEntries(kept) as Record<string, Scalar>;
}

/** One mask for each rater and structure: the union of what the rater's annotations cover. */
function readMasks(coco: Coco, annotations: readonly Annotation[], size: Size, report: Report): DrawnMask[] {
  const { settings, structures, raters } = coco;
  const parts = new Map<string, Segmentation[]>();
  const key = (rater: string, structure: string): string => JSON.stringify([rater, structure]);
  for (const annotation of annotations) {
    const read = readPart(coco, annotation, size, report);
    if (!read) continue;
    const at = key(read.rater, read.structure);
    parts.set(at, [...(parts.get(at) ?? []), read.segmentation]);
  }
  return raters.flatMap((rater) =>
    structures.flatMap((structure): DrawnMask[] => {
      const found = parts.get(key(rater, structure)) ?? (settings.unmarked === 'empty' ? [] : null);
      return found
        ? [
            {
              rater,
              structure,
              field: 'segmentation',
              draw: () =>
                drawn(
                  found.flatMap((part) => [...part()]),
                  size,
                ),
            },
          ]
        : [];
    }),
  );
}

interface Part {
  readonly rater: string;
  readonly structure: string;
  readonly segmentation: Segmentation;
}

/** null where the annotation is left out, or is reported. */
function readPart(coco: Coco, { label, fields, rater }: Annotation, size: Size, report: Report): Part | null {
  const { settings, names, structures, namesRaters } = coco;
  const structure = names.get(idOf(fields['category_id']) ?? '');
  if (structure === undefined) {
    const known = [...names].map(([id, name]) => `${id} (${name})`).join(', ');
    report(
      'category_id',
      `${label}: there is no category ${shown(fields['category_id'])}: expected one of ${known}`,
    );
    return null;
  }
  if (!structures.includes(structure)) return null;
  if (settings.crowd === 'skip' && (fields['iscrowd'] === 1 || fields['iscrowd'] === true)) return null;
  if (rater === null && namesRaters) {
    report(settings.raterKeys[0], `${label} names no rater, and others do`);
    return null;
  }
  const read = readSegmentation(fields['segmentation'], size);
  if ('segmentation' in read)
    return { rater: rater ?? settings.rater, structure, segmentation: read.segmentation };
  report('segmentation', `${label}: ${read.problem}`);
  return null;
}
