import { basename } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../errors.ts';
import { addTo } from './add-to.ts';
import { drawn, polygonBorders } from './coco-mask.ts';
import { polygonProblem, shown } from './coco-segmentation.ts';
import { imagesByStem, listFolder, onlyImage, openFolder, stemOf } from './folder.ts';
import { layoutSettings } from './layout-settings.ts';
import { numberOrText } from './manifest-rows.ts';
import { DatasetError, type Problem } from './problem.ts';
import type { Dataset, DrawnMask, Reader, RowResult, Scalar } from './reader.ts';
import { dealOut, dealtFractions, splitSetting } from './split-settings.ts';
import { childrenOf, readXml, textIn, type XmlElement } from './xml-file.ts';

/** TI-RADS from the least to the most suspicious, as the files write them. */
const GRADES = ['1', '2', '3', '4a', '4b', '4c', '5'] as const;
const word = z.string().trim().min(1).max(200);

const settings = z.strictObject({
  ...layoutSettings({ modality: 'ultrasound', diagnosisNames: ['benign', 'malignant'] }),
  rater: word.default('reference').meta({
    description: 'Name of the rater of all outlines.',
    source: 'The files do not say who drew.',
  }),
  structure: word.default('nodule').meta({ description: 'Name of the structure.', source: 'DDTI.' }),
  malignantFrom: z.enum(GRADES).default('4a').meta({
    description:
      'The lowest TI-RADS grade that counts as diagnosis 1. It is a radiologist’s suspicion, not a histological finding.',
    source: 'Pedraza et al. 2015: 2 and 3 are benign or probably benign, 4a and higher suspicious.',
  }),
  outside: z.enum(['error', 'clip']).default('error').meta({
    description:
      'Outlines that leave the picture: an error, or cut off at its edge (up to one picture’s size outside).',
    source: 'Our choice: a point outside may also mean the wrong image.',
  }),
  split: splitSetting,
  fractions: dealtFractions,
});

type Settings = z.infer<typeof settings>;
const METADATA = ['age', 'sex', 'composition', 'echogenicity', 'margins', 'calcifications', 'tirads'];

/** Of one fact of a case: they are words. */
const TEXT_LIMIT = 1000;

/**
 * DDTI: an XML file for each case (`12.xml`) beside its images (`12_1.jpg`, `12_2.jpg`). The outlines of an image
 * stand as JSON in `<mark><image>1</image><svg>[{"points": [{"x": …, "y": …}], …}]</svg></mark>`; several of them are
 * one mask, filled by the rule of pycocotools (coco-mask.ts). A case is a subject.
 */
export const ddti: Reader<Settings> = {
  name: 'ddti',
  summary: 'DDTI: XML files with outlines (12.xml) beside the images of the case (12_1.jpg).',
  citation:
    'Pedraza, Vargas, Narváez, Durán, Muñoz, Romero: An open access thyroid ultrasound image database, SIPAIM 2014 (SPIE 9287).',
  reconstruction: null,
  history: ['First version.'],
  config: settings,
  presets: {},
  recognises: async (path) => {
    const { files } = await listFolder(path);
    const images = imagesByStem(files);
    return files.some((file) => isCase(file) && [1, 2, 3].some((n) => images.has(`${stemOf(file)}_${n}`)));
  },
  open,
};

const isCase = (file: string): boolean => /\.xml$/i.test(file);

interface Content {
  readonly root: string;
  readonly settings: Settings;
  readonly cases: readonly string[];
  readonly images: ReturnType<typeof imagesByStem>;
  /** Numbers of the images that lie beside a case. */
  readonly numbers: ReadonlyMap<string, readonly string[]>;
}

async function open(path: string, given: Settings): Promise<Dataset> {
  const root = await openFolder(path);
  const { files } = await listFolder(root);
  const images = imagesByStem(files);
  const content: Content = {
    ...{ root, settings: given, cases: files.filter(isCase), images, numbers: numbersByCase(images.keys()) },
  };
  if (content.cases.length === 0) {
    const message = 'the folder has no XML files: expected 1.xml beside 1_1.jpg';
    throw new DatasetError([{ file: path, row: null, field: 'path', message }]);
  }
  return {
    name: given.name ?? basename(root),
    description: given.description,
    modality: given.modality,
    diagnosisNames: given.diagnosisNames,
    ...{ file: path, root, structures: [given.structure] },
    raters: [{ name: given.rater, kind: 'person', informativeness: null }],
    countRows: async () => {
      let rows = 0;
      const source = ddtiRows(content);
      while (!(await source.next()).done) rows++;
      return rows;
    },
    rows: () => ddtiRows(content),
  };
}

function numbersByCase(stems: Iterable<string>): Map<string, string[]> {
  const numbers = new Map<string, string[]>();
  for (const stem of stems) {
    const [, owner, number] = /^(.+)_(\d{1,9})$/.exec(stem) ?? [];
    if (owner === undefined) continue;
    addTo(numbers, owner, number);
  }
  return numbers;
}

async function* ddtiRows(content: Content): AsyncGenerator<RowResult> {
  let row = 0;
  const fail = (file: string, field: string, message: string): RowResult => ({
    problems: [{ file, row, field, message }],
  });
  const known = new Set<string>();
  for (const file of content.cases) {
    const read = await readCase(content, file);
    if (typeof read === 'string') {
      row++;
      yield fail(file, 'xml', read);
      continue;
    }
    for (const [number, marks] of read.marks) {
      known.add(`${stemOf(file)}_${number}`);
      yield readImage(content, { file, case: read.case, number, marks, row: ++row });
    }
  }
  const cases = new Set(content.cases.map(stemOf));
  for (const stem of content.images.keys()) {
    const owner = /^(.+)_\d+$/.exec(stem)?.[1];
    if (known.has(stem) || (owner !== undefined && cases.has(owner))) continue;
    row++;
    yield fail(stem, 'image', 'no XML file belongs to this image');
  }
}

interface Case {
  readonly case: XmlElement;
  /** Image number to its outlines. */
  readonly marks: ReadonlyMap<string, readonly XmlElement[]>;
}

/** The case, or what is wrong with its file. */
async function readCase({ root, numbers }: Content, file: string): Promise<Case | string> {
  const found = await readXml(root, file).catch((error: unknown) => {
    if (error instanceof InputError) return error.message;
    throw error;
  });
  if (typeof found === 'string') return found;
  if (found.name !== 'case') return `expected the element case, found ${found.name}`;
  const marks = new Map<string, XmlElement[]>();
  for (const mark of childrenOf(found, 'mark')) {
    const number = textIn(mark, 'image');
    if (!/^\d{1,9}$/.test(number)) return `a mark names the image ${shown(number)}: expected a number`;
    addTo(marks, number, mark);
  }
  // Further images of the case are not annotated, but have its diagnosis.
  for (const number of numbers.get(stemOf(file)) ?? []) if (!marks.has(number)) marks.set(number, []);
  return marks.size === 0 ? 'names no image, and none lies beside it' : { case: found, marks };
}

interface CaseImage extends Pick<Case, 'case'> {
  readonly file: string;
  readonly number: string;
  readonly marks: readonly XmlElement[];
  readonly row: number;
}

function readImage(content: Content, image: CaseImage): RowResult {
  const { settings, images } = content;
  const { file, number, marks, row } = image;
  const problems: Problem[] = [];
  const report = (field: string, message: string): void =>
    void problems.push({ file, row, field, message: `image ${number}: ${message}` });
  const found = onlyImage(images, `${stemOf(file)}_${number}`);
  if ('problem' in found) report('image', found.problem);
  const regions = marks.flatMap((mark) => readRegions(textIn(mark, 'svg'), report));
  const outlines = regions.filter(({ length }) => length >= 6);
  const strayMarks = regions.length - outlines.length;
  const diagnoses = readGrade(settings, textIn(image.case, 'tirads'), (message) => report('tirads', message));
  for (const key of METADATA.filter((name) => textIn(image.case, name).length > TEXT_LIMIT))
    report(key, `more than ${TEXT_LIMIT} characters`);
  if (problems.length > 0 || 'problem' in found) return { problems };
  const subject = stemOf(file);
  const split = settings.split ?? dealOut(settings.fractions, subject);
  const masks = outlines.length === 0 ? [] : [maskOf(settings, file, outlines)];
  const metadata = { ...readMetadata(image.case), ...(strayMarks > 0 ? { strayMarks } : {}) };
  return { row: { row, path: found.file, subject, split, diagnoses, masks, metadata } };
}

/** Each region as [x0, y0, x1, y1, …]. A click without a stroke has fewer than three points. */
function readRegions(svg: string, report: (field: string, message: string) => void): number[][] {
  if (svg === '') return [];
  const regions = parseJson(svg);
  if (!Array.isArray(regions)) {
    report('svg', `expected a JSON list of regions, received ${shown(svg.slice(-40))} at its end`);
    return [];
  }
  const outlines: number[][] = [];
  for (const [index, region] of regions.entries()) {
    const points = (region as { points?: unknown } | null)?.points;
    const outline = Array.isArray(points) ? points.flatMap(coordinates) : null;
    if (outline?.every(Number.isFinite)) outlines.push(outline);
    else report('svg', `region ${index + 1} of ${regions.length}: expected points with x and y`);
  }
  return outlines;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // 197.xml and 205.xml are cut off as published
  }
}

function coordinates(point: unknown): number[] {
  const { x, y } = (point ?? {}) as { x?: unknown; y?: unknown };
  return [x, y].map((value) => (typeof value === 'number' ? value : NaN));
}

function maskOf({ rater, structure, outside }: Settings, file: string, outlines: number[][]): DrawnMask {
  const draw: DrawnMask['draw'] = (size) => {
    const slack = outside === 'clip' ? Math.max(size.width, size.height) : undefined;
    for (const [index, outline] of outlines.entries()) {
      const problem = polygonProblem(outline, size, slack);
      if (problem) throw new InputError(`region ${index + 1} of ${outlines.length} ${problem}`);
    }
    return drawn(
      outlines.map((outline) => polygonBorders(outline, size)),
      size,
    );
  };
  return { rater, structure, field: 'svg', file, draw };
}

function readGrade(
  { malignantFrom }: Settings,
  text: string,
  report: (message: string) => void,
): Record<string, 0 | 1> {
  const grade = text.toLowerCase();
  if (['', 'none'].includes(grade)) return {};
  const place = (GRADES as readonly string[]).indexOf(grade);
  if (place >= 0) return { reference: place >= GRADES.indexOf(malignantFrom) ? 1 : 0 };
  report(`unknown grade ${shown(text)}: expected one of ${GRADES.join(', ')}`);
  return {};
}

/** The grade stays text: 2 and 4a are of one kind. The reports, in free text, are left out. */
function readMetadata(element: XmlElement): Record<string, Scalar> {
  const entries = METADATA.map((key): [string, Scalar] => {
    const text = textIn(element, key);
    return [key, key === 'age' ? numberOrText(text) : text.toLowerCase() === 'none' ? '' : text];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}
