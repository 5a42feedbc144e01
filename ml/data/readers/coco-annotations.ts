import { isFields, type CocoFile, type Fields } from './coco-file.ts';
import { shown } from './coco-segmentation.ts';
import type { CocoSettings } from './coco-settings.ts';
import { normalName } from './normal-form.ts';
import { diagnosisWords, type DiagnosisWords } from './diagnosis-words.ts';
import { DatasetError, type Problem } from './problem.ts';

/** A COCO file whose annotations are found by image. */
export interface Coco extends CocoFile {
  readonly settings: CocoSettings;
  /** The scale of diagnoses, and the file's words for its values. */
  readonly diagnoses: DiagnosisWords;
  readonly structures: readonly string[];
  readonly raters: readonly string[];
  /** Whether any annotation names its rater; then each must. */
  readonly namesRaters: boolean;
  /** Category id to name, of all categories. */
  readonly names: ReadonlyMap<string, string>;
  /** Image id to rows, counted from 1; more than one is a problem of each. */
  readonly rowsOf: ReadonlyMap<string, readonly number[]>;
  /** Image id to its annotations. */
  readonly byImage: ReadonlyMap<string, readonly Annotation[]>;
  /** What is wrong with annotations that belong to no image. */
  readonly orphans: readonly Problem[];
}

export interface Annotation {
  /** How messages call it. */
  readonly label: string;
  readonly fields: Fields;
  /** null where it names none. */
  readonly rater: string | null;
}

/** @throws DatasetError with everything that is wrong with the categories. */
export function indexCoco(coco: CocoFile, settings: CocoSettings): Coco {
  const names = categoryNames(coco);
  const rowsOf = rowsByImage(coco.images);
  const byImage = new Map<string, Annotation[]>();
  const orphans: Problem[] = [];
  const [used, raters] = [new Set<string>(), new Set<string>()];
  for (const [index, fields] of coco.annotations.entries()) {
    const annotation = readAnnotation(fields, index, settings);
    const image = idOf(annotation.fields['image_id']);
    if (image === null || !rowsOf.has(image)) {
      const message = `${annotation.label}: there is no image ${shown(annotation.fields['image_id'])}`;
      orphans.push({ file: coco.file, row: null, field: 'image_id', message });
      continue;
    }
    const others = byImage.get(image);
    if (others) others.push(annotation);
    else byImage.set(image, [annotation]);
    used.add(idOf(annotation.fields['category_id']) ?? '');
    if (annotation.rater !== null) raters.add(annotation.rater);
  }
  const namesRaters = raters.size > 0;
  return {
    ...coco,
    ...{ settings, names, rowsOf, byImage, orphans, namesRaters },
    diagnoses: diagnosisWords(settings, (field, message) => {
      return new DatasetError([{ file: coco.file, row: null, field: `options.${field}`, message }]);
    }),
    structures: chooseStructures(coco, names, used, settings),
    raters: namesRaters ? [...raters] : [settings.rater],
  };
}

/** An id as a key: tools write 7 and "7" for the same. */
export function idOf(value: unknown): string | null {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : null;
}

/** A word or a number as text; '' where there is none. */
export function textOf(value: unknown): string {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value).trim() : '';
}

/** The first of the keys that has something to say. */
export function firstOf(fields: Fields, keys: readonly string[]): string {
  return keys.map((key) => textOf(fields[key])).find((text) => text !== '') ?? '';
}

function readAnnotation(value: unknown, index: number, { raterKeys }: CocoSettings): Annotation {
  const fields = isFields(value) ? value : {};
  const id = idOf(fields['id']);
  const label = id === null ? `annotation at place ${index + 1}` : `annotation ${id}`;
  return { label, fields, rater: normalName(firstOf(fields, raterKeys)) || null };
}

function rowsByImage(images: readonly unknown[]): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (const [index, image] of images.entries()) {
    const id = isFields(image) ? idOf(image['id']) : null;
    if (id !== null) rows.set(id, [...(rows.get(id) ?? []), index + 1]);
  }
  return rows;
}

function categoryNames({ file, categories }: CocoFile): Map<string, string> {
  const problems: Problem[] = [];
  const names = new Map<string, string>();
  for (const [index, category] of categories.entries()) {
    const fields = isFields(category) ? category : {};
    const [id, name] = [idOf(fields['id']), normalName(textOf(fields['name']))];
    const report = (key: string, message: string) =>
      problems.push({ file, row: null, field: `categories.${index}.${key}`, message });
    if (id === null) report('id', `expected a number or text, received ${shown(fields['id'])}`);
    else if (names.has(id)) report('id', `another category has the id ${id}`);
    if (name === '') report('name', `expected a name, received ${shown(fields['name'])}`);
    else if ([...names.values()].includes(name)) report('name', `another category is called '${name}'`);
    if (id !== null) names.set(id, name);
  }
  if (problems.length > 0) throw new DatasetError(problems);
  return names;
}

function chooseStructures(
  { file }: CocoFile,
  names: ReadonlyMap<string, string>,
  used: ReadonlySet<string>,
  { structures }: CocoSettings,
): string[] {
  const fail = (field: string, message: string) => new DatasetError([{ file, row: null, field, message }]);
  const known = [...names.values()];
  const unknown = structures?.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw fail(
      'options.structures',
      `there is no category '${unknown}': expected some of ${known.join(', ')}`,
    );
  if (known.length === 0) throw fail('categories', 'is empty: each structure is a category');
  if (structures) return [...new Set(structures)];
  const named = [...names].filter(([id]) => used.has(id)).map(([, name]) => name);
  return named.length > 0 ? named : known;
}
