import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDataset } from './open-dataset.ts';
import { DatasetError, describeProblem } from './problem.ts';
import type { DrawnMask, Row, RowResult } from './reader.ts';

type Json = Readonly<Record<string, unknown>>;

/** Two images of 4×3, two raters; a category that nobody uses. */
const small: Json = {
  info: { description: 'two pictures' },
  categories: [
    { id: 9, name: 'none' },
    { id: 2, name: 'disc' },
    { id: 1, name: 'cup' },
  ],
  images: [
    { id: 1, file_name: '1.png', width: 4, height: 3, split: 'train', diagnosis: 1, patient_id: 7, age: 61 },
    {
      id: 2,
      file_name: '2.png',
      width: 4,
      height: 3,
      split: 'val',
      spacing: [0.5, 0.25],
      extra: { user: 'x' },
    },
  ],
  annotations: [
    { id: 1, image_id: 1, category_id: 1, annotator: 'Ann', segmentation: [[1, 1, 3, 1, 3, 2, 1, 2]] },
    { id: 2, image_id: 1, category_id: 2, annotator: 'Ann', segmentation: [[0, 0, 2, 0, 2, 2, 0, 2]] },
    {
      id: 3,
      image_id: 1,
      category_id: 2,
      annotator: 'Ben',
      segmentation: { size: [3, 4], counts: [0, 4, 8] },
    },
    { id: 4, image_id: 1, category_id: 2, annotator: 'Ann', segmentation: [[3, 0, 4, 0, 4, 3, 3, 3]] },
    {
      id: 5,
      image_id: 2,
      category_id: 2,
      annotator: 'Ben',
      segmentation: { size: [3, 4], counts: '326O' },
      iscrowd: 1,
    },
    { id: 6, image_id: 2, category_id: 1, annotator: 'Ben', segmentation: [] },
  ],
};

async function folderWith(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'consilium-coco-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

async function read(folder: string, options: Json = {}) {
  const dataset = await openDataset(folder, { options });
  const results: RowResult[] = [];
  for await (const result of dataset.rows()) results.push(result);
  expect(await dataset.countRows()).toBe(results.length);
  const rows = results.flatMap((result) => ('row' in result ? [result.row] : []));
  const problems = results.flatMap((result) => ('problems' in result ? result.problems : []));
  return { dataset, rows, problems };
}

/** Masks by rater and structure, a word a line. */
async function masksOf({ masks }: Row): Promise<Record<string, string>> {
  const entries = masks.map(async (source) => {
    const drawn = source as DrawnMask;
    const { mask, width } = await drawn.draw({ width: 0, height: 0 });
    const lines = [...mask].map((value, at) => `${at > 0 && at % width === 0 ? ' ' : ''}${value}`);
    return [`${drawn.rater} ${drawn.structure}`, lines.join('')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const images = small['images'] as readonly Json[];
const annotations = small['annotations'] as readonly Json[];
const withAnnotation = (changes: Json): Json => ({
  ...small,
  annotations: [...annotations, { id: 77, image_id: 1, category_id: 1, annotator: 'Ben', ...changes }],
});
const withImage = (changes: Json): Json => ({ ...small, images: [images[0], { ...images[1], ...changes }] });

describe('a COCO folder', () => {
  test('becomes rows: subject, split, diagnosis, spacing, metadata', async () => {
    const folder = await folderWith({ 'coco.json': small });
    const { dataset, rows, problems } = await read(folder);
    expect(problems).toEqual([]);
    expect(dataset).toMatchObject({ description: 'two pictures', structures: ['disc', 'cup'] });
    expect(dataset.raters.map(({ name, kind }) => [name, kind])).toEqual([
      ['Ann', 'person'],
      ['Ben', 'person'],
    ]);
    expect(rows.map(({ masks: _, ...row }) => row)).toEqual([
      {
        row: 1,
        path: '1.png',
        size: { width: 4, height: 3 },
        subject: '7',
        split: 'train',
        diagnoses: { reference: 1 },
        spacing: undefined,
        metadata: { age: 61 },
      },
      {
        row: 2,
        path: '2.png',
        size: { width: 4, height: 3 },
        subject: '2.png',
        split: 'validation',
        diagnoses: {},
        spacing: { y: 0.5, x: 0.25 },
        metadata: {},
      },
    ]);
  });

  test('deals images without a split out by subject where this is asked for', async () => {
    const images = Array.from({ length: 40 }, (_, index) => {
      const subject = { patient_id: Math.floor(index / 2) };
      return { id: index, file_name: `${index}.png`, width: 4, height: 3, ...subject };
    });
    const folder = await folderWith({ 'coco.json': { ...small, images, annotations: [] } });
    const { rows, problems } = await read(folder, { fractions: { train: 0.5, validation: 0, test: 0.5 } });
    expect(problems).toEqual([]);
    const splits = rows.map(({ split }) => split);
    expect(new Set(splits)).toEqual(new Set(['train', 'test']));
    for (let at = 0; at < 40; at += 2) expect(splits[at]).toBe(splits[at + 1]);
    // A split that the file names stands.
    const named = await read(await folderWith({ 'coco.json': small }), { fractions: {} });
    expect(named.rows.map(({ split }) => split)).toEqual(['train', 'validation']);
  });

  test('draws polygons and run lengths, unites the parts of a mask, and tells empty from not annotated', async () => {
    const { rows } = await read(await folderWith({ 'coco.json': small }));
    expect(await Promise.all(rows.map(masksOf))).toEqual([
      { 'Ann disc': '1101 1101 0001', 'Ann cup': '0000 0110 0000', 'Ben disc': '1100 1000 1000' },
      { 'Ben disc': '0100 0100 0001', 'Ben cup': '0000 0000 0000' },
    ]);
  });

  test('may take what is not marked for empty, leave crowds out, and choose categories', async () => {
    const folder = await folderWith({ 'coco.json': small });
    const { dataset, rows } = await read(folder, { unmarked: 'empty', crowd: 'skip', structures: ['disc'] });
    expect(dataset.structures).toEqual(['disc']);
    const empty = '0000 0000 0000';
    expect(await masksOf(rows[1])).toEqual({ 'Ann disc': empty, 'Ben disc': empty });
  });

  test('without raters has one, whom the option names', async () => {
    const nameless = annotations.map(({ annotator: _, ...annotation }) => annotation);
    const folder = await folderWith({ 'coco.json': { ...small, annotations: nameless } });
    const { dataset, rows } = await read(folder, { rater: 'the tool' });
    expect(dataset.raters.map(({ name }) => name)).toEqual(['the tool']);
    expect(await masksOf(rows[0])).toEqual({
      'the tool disc': '1101 1101 1001',
      'the tool cup': '0000 0110 0000',
    });
  });

  test('has raters, subjects, splits and diagnoses under keys of its own', async () => {
    const own: Json = {
      ...small,
      images: [{ id: 1, file_name: '1.png', width: 4, height: 3, case: 'c1', fold: 'A', grade: 'bad' }],
      annotations: [{ ...annotations[0], annotator: undefined, reader: 3 }],
    };
    const { dataset, rows } = await read(await folderWith({ 'coco.json': own }), {
      raterKeys: ['reader'],
      subjectKeys: ['case'],
      splitKey: 'fold',
      splits: { A: 'test' },
      diagnosisKey: 'grade',
      diagnosisValues: { good: 0, bad: 1 },
      spacing: [0.1, 0.2],
    });
    expect(dataset.raters[0].name).toBe('3');
    expect(rows[0]).toMatchObject({
      subject: 'c1',
      split: 'test',
      diagnoses: { reference: 1 },
      spacing: { y: 0.1, x: 0.2 },
      metadata: {},
    });
  });

  test.each([
    ['annotations/all.json', 'images/1.png', '', 'images/1.png'],
    ['annotations/all.json', 'images/1.png', 'annotations/all.json', 'images/1.png'],
    ['_annotations.coco.json', '1.png', '', '1.png'],
    ['coco.json', 'pictures/1.png', '', 'pictures/1.png'],
  ])(
    'is found with its annotations in %s and an image in %s, by the path /%s',
    async (file, image, path, found) => {
      const folder = await folderWith({ [file]: small, [image]: 'pixels', 'labelme.json': { shapes: [] } });
      const { dataset, rows } = await read(
        join(folder, path),
        image.startsWith('pictures') ? { images: 'pictures' } : {},
      );
      expect(rows[0].path).toBe(found);
      expect(join(dataset.root, found)).toBe(join(folder, image));
    },
  );

  test('is read with a byte order mark; a manifest beside it comes first', async () => {
    const text = `\uFEFF${JSON.stringify(small)}`;
    expect((await read(await folderWith({ 'coco.json': text }))).rows).toHaveLength(2);
    const manifest = {
      name: 'mine',
      structures: ['s'],
      raters: ['a'],
      images: [{ path: '1.png', split: 'train' }],
    };
    const both = await folderWith({ 'coco.json': small, 'manifest.json': manifest });
    expect((await read(both)).dataset.name).toBe('mine');
    expect((await openDataset(both, { format: 'coco' })).description).toBe('two pictures');
  });
});

describe('what is wrong with an image or an annotation is said with row, field, id and the value received:', () => {
  const cases: [string, Json, string][] = [
    [
      'an unknown image',
      withAnnotation({ image_id: 5, segmentation: [] }),
      'image_id: annotation 77: there is no image 5',
    ],
    [
      'an unknown category',
      withAnnotation({ category_id: 5, segmentation: [] }),
      'row 1, category_id: annotation 77: there is no category 5: expected one of 9 (none), 2 (disc), 1 (cup)',
    ],
    [
      'a polygon with an odd count',
      withAnnotation({
        segmentation: [
          [1, 1, 2, 1, 2, 2],
          [1, 2, 3, 1, 2, 3, 4],
        ],
      }),
      'row 1, segmentation: annotation 77: polygon 2 of 2 has 7 numbers: expected x and y in turn',
    ],
    [
      'a polygon of two corners',
      withAnnotation({ segmentation: [[1, 1, 2, 2]] }),
      'row 1, segmentation: annotation 77: polygon 1 of 1 has 2 corners: expected at least 3',
    ],
    [
      'a polygon outside the picture',
      withAnnotation({ segmentation: [[1, 1, 9, 1, 2, 2]] }),
      'row 1, segmentation: annotation 77: polygon 1 of 1 leaves the picture of 4×3 at (9, 1)',
    ],
    [
      'a polygon with text',
      withAnnotation({ segmentation: [[1, 1, '9', 1, 2, 2]] }),
      'row 1, segmentation: annotation 77: polygon 1 of 1 holds "9", which is no number',
    ],
    [
      'run lengths of another size',
      withAnnotation({ segmentation: { size: [4, 3], counts: [12] } }),
      "row 1, segmentation: annotation 77: size [4,3]: the image's is [3, 4] (height, width)",
    ],
    [
      'run lengths that do not add up',
      withAnnotation({ segmentation: { size: [3, 4], counts: [5, 6] } }),
      'row 1, segmentation: annotation 77: the run lengths add up to 11 pixels: the image has 12',
    ],
    [
      'run lengths that are none',
      withAnnotation({ segmentation: { size: [3, 4], counts: [13, -1] } }),
      'row 1, segmentation: annotation 77: counts [13,-1]: these are no run lengths',
    ],
    [
      'a torn compressed text',
      withAnnotation({ segmentation: { size: [3, 4], counts: 'o' } }),
      'row 1, segmentation: annotation 77: counts "o": these are no run lengths',
    ],
    [
      'a box alone',
      withAnnotation({ id: undefined, bbox: [0, 0, 1, 1] }),
      'row 1, segmentation: annotation at place 7: expected polygons or run lengths {size, counts}, received nothing',
    ],
    [
      'no rater where others have one',
      withAnnotation({ annotator: null, segmentation: [] }),
      'row 1, annotator: annotation 77 names no rater, and others do',
    ],
    ['no file name', withImage({ file_name: '' }), 'row 2, file_name: expected a path, received ""'],
    ['no width', withImage({ width: '4' }), 'row 2, width: expected a number of pixels, received "4"'],
    [
      'too many pixels',
      withImage({ width: 1e9, height: 1e9 }),
      'row 2, width: 1000000000×1000000000 are more than 100000000 pixels',
    ],
    [
      'no split',
      withImage({ split: undefined }),
      "row 2, split: the image has no 'split': give it one, or the option 'split' or 'fractions'",
    ],
    [
      'an unknown split',
      withImage({ split: 'dev' }),
      "row 2, split: unknown split 'dev': expected one of train,",
    ],
    [
      'an unknown diagnosis',
      withImage({ diagnosis: 'ill' }),
      "row 2, diagnosis: 'ill' is none of the declared values 0, 1",
    ],
    [
      'a spacing of one number',
      withImage({ spacing: 0.5 }),
      'row 2, spacing: expected millimetres per pixel [y, x], received 0.5',
    ],
  ];

  test.each(cases)('%s', async (_, content, message) => {
    const folder = await folderWith({ 'coco.json': content });
    const { rows, problems } = await read(folder);
    expect(problems).toHaveLength(1);
    expect(describeProblem(problems[0])).toContain(message);
    expect(problems[0].file).toBe(join(folder, 'coco.json'));
    expect(rows.length).toBe(problems[0].row === null ? 2 : 1);
  });

  test('an id of two images, at both', async () => {
    const { rows, problems } = await read(await folderWith({ 'coco.json': withImage({ id: 1 }) }));
    expect(rows).toEqual([]);
    const own = problems.filter(({ row }) => row !== null);
    expect(own.map(({ row, field, message }) => `${row} ${field} ${message}`)).toEqual([
      '1 id row 2 has the id 1 too: nothing says whose annotations these are',
      '2 id row 1 has the id 1 too: nothing says whose annotations these are',
    ]);
  });
});

describe('a file that cannot be read as a whole is refused:', () => {
  const cases: [string, unknown, string][] = [
    ['empty', ' ', 'file: is empty'],
    ['no JSON', '{"images": [', 'file: is not JSON'],
    ['a list', [], 'file: expected an object with images, annotations and categories'],
    ['no annotations', { images: [], categories: [] }, 'annotations: expected a list, received nothing'],
    ['no categories', { ...small, categories: [] }, 'categories: is empty: each structure is a category'],
    [
      'a category without a name, and an id twice',
      { ...small, categories: [{ id: 1 }, { id: 1, name: 'disc' }] },
      'categories.0.name: expected a name, received nothing\n.*categories.1.id: another category has the id 1',
    ],
  ];

  test.each(cases)('%s', async (_, content, message) => {
    const file = join(await folderWith({ 'coco.json': content }), 'coco.json');
    const error: unknown = await openDataset(file, { format: 'coco' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toMatch(new RegExp(`^${file}, ${message}`));
  });

  test.each<[string, Json, string]>([
    ['several COCO files', {}, 'options.file: the folder has 2 COCO files: name one of a.json, b.json'],
    ['a file outside the folder', { file: '../a.json' }, "options.file: '../a.json' is outside the folder"],
    [
      'an image folder that is not there',
      { file: 'a.json', images: 'x' },
      "options.images: there is no file 'x'",
    ],
    [
      'an unknown structure',
      { file: 'a.json', structures: ['iris'] },
      "options.structures: there is no category 'iris': expected some of none, disc, cup",
    ],
    ['an unknown word for crowds', { crowd: 'maybe' }, 'options.crowd: '],
  ])('%s', async (_, options, message) => {
    const folder = await folderWith({ 'a.json': small, 'b.json': small });
    await expect(openDataset(folder, { options })).rejects.toThrow(message);
  });
});
