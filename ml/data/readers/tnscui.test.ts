import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { folderWith, masksOf, readAll, refusal } from './layout.test-helper.ts';

const tree = {
  'image/1.PNG': '',
  'image/2.PNG': '',
  'image/3.PNG': '',
  'mask/1.PNG': '',
  'mask/2.PNG': '',
  'mask/3.PNG': '',
  'train.csv': 'ID,CATE\n1.PNG,0\n2.PNG,1\n3.PNG,1\n',
};

test('a TN-SCUI folder becomes rows: image, mask, diagnosis', async () => {
  const { dataset, rows, problems } = await readAll(await folderWith(tree));
  expect(problems).toEqual([]);
  expect(dataset).toMatchObject({
    modality: 'ultrasound',
    structures: ['nodule'],
    diagnosisNames: ['benign', 'malignant'],
    raters: [{ name: 'reference', kind: 'person' }],
  });
  expect(rows.map(({ path, subject, diagnoses }) => [path, subject, diagnoses])).toEqual([
    ['image/1.PNG', 'image/1.PNG', { reference: 0 }],
    ['image/2.PNG', 'image/2.PNG', { reference: 1 }],
    ['image/3.PNG', 'image/3.PNG', { reference: 1 }],
  ]);
  expect(rows[1].masks).toEqual([
    {
      path: 'mask/2.PNG',
      field: "mask of 'reference'",
      readings: [{ rater: 'reference', structure: 'nodule', object: { atLeast: 128 } }],
      optional: false,
    },
  ]);
});

test('a table without extensions, other names of folders, and masks of further graders', async () => {
  const folder = await folderWith({
    ...tree,
    'graders/Ann/1.png': '',
    'labels.csv': 'ID,CATE\n1,0\n2,\n3,1\n',
  });
  const options = {
    ...{ masks: { reference: 'mask', Ann: 'graders/Ann' }, table: 'labels.csv', missing: 'skip' },
    ...{ split: 'test', name: 'thyroid' },
  };
  const { dataset, rows, problems } = await readAll(folder, options, 'tnscui');
  expect(problems).toEqual([]);
  expect(dataset.name).toBe('thyroid');
  expect(dataset.raters.map(({ name }) => name)).toEqual(['reference', 'Ann']);
  expect(await Promise.all(rows.map((row) => masksOf(row)))).toEqual([
    { 'reference nodule': 'mask/1.PNG', 'Ann nodule': 'graders/Ann/1.png' },
    { 'reference nodule': 'mask/2.PNG' },
    { 'reference nodule': 'mask/3.PNG' },
  ]);
  expect(rows.map(({ split, diagnoses }) => [split, diagnoses])).toEqual([
    ['test', { reference: 0 }],
    ['test', {}],
    ['test', { reference: 1 }],
  ]);
});

test('subjects are dealt out by seed and name: 60 : 20 : 20 on average, and each where it was before', async () => {
  const numbers = Array.from({ length: 1000 }, (_, index) => index + 1);
  const files = Object.fromEntries(
    numbers.flatMap((n) => [
      [`image/${n}.PNG`, ''],
      [`mask/${n}.PNG`, ''],
    ]),
  );
  const folder = await folderWith({
    ...files,
    'train.csv': `ID,CATE\n${numbers.map((n) => `${n}.PNG,${n % 2}`).join('\n')}\n`,
  });
  const splitsOf = async (options: object) =>
    (await readAll(folder, { fractions: options })).rows.map(({ path, split }) => `${path} ${split}`);
  const dealt = await splitsOf({});
  const share = (split: string) => dealt.filter((one) => one.endsWith(split)).length / 1000;
  // Three standard deviations of a draw of 1000.
  expect(Math.abs(share('train') - 0.6)).toBeLessThan(0.047);
  expect(Math.abs(share('test') - 0.2)).toBeLessThan(0.038);
  expect(await splitsOf({})).toEqual(dealt);
  expect(await splitsOf({ seed: 2 })).not.toEqual(dealt);
  const few = await readAll(await folderWith(tree));
  for (const { path, split } of few.rows) expect(dealt).toContain(`${path} ${split}`);
});

test('fractions that do not add up are refused by name', async () => {
  const folder = await folderWith(tree);
  expect(await refusal(folder, { fractions: { train: 0.9 } })).toMatch(
    /options\.fractions: train, validation and test must add up to 1/,
  );
});

test.each<[string, Record<string, string>, string[]]>([
  [
    'a missing mask',
    { 'mask/2.PNG': 'gone' },
    ["mask/2, row 2, mask of 'reference': there is no image file '2.*'"],
  ],
  ['a missing image', { 'image/3.PNG': 'gone' }, ["image/3, row 3, ID: there is no image file '3.*'"]],
  [
    'two files of one name',
    { 'mask/1.jpg': '' },
    ["mask/1, row 1, mask of 'reference': there are several image files of this name: 1.PNG, 1.jpg"],
  ],
  [
    'an image that the table leaves out',
    { 'train.csv': 'ID,CATE\n1.PNG,0\n3.PNG,1\n' },
    ["train.csv, row 2, ID: there is no row for '2'"],
  ],
  [
    'a category that is none',
    { 'train.csv': 'ID,CATE\n1.PNG,0\n3.PNG,1\n2.PNG,malignant\n' },
    ["train.csv, row 3, CATE: expected 0 or 1, received 'malignant'"],
  ],
  [
    'an image with two rows',
    { 'train.csv': 'ID,CATE\n1.PNG,0\n2.PNG,1\n2.PNG,0\n3.PNG,1\n' },
    ["train.csv, row 3, ID: '2' is in 2 rows"],
  ],
])('%s is a problem of its row', async (_, changes, expected) => {
  const files = Object.entries({ ...tree, ...changes }).filter(([, content]) => content !== 'gone');
  const { problems } = await readAll(await folderWith(Object.fromEntries(files)), {}, 'tnscui');
  expect(problems).toEqual(expected);
});

test.each<[string, Record<string, string>, object, string]>([
  [
    'a table without its columns',
    { 'train.csv': 'name,class\n1,0\n' },
    {},
    "train.csv, table: there is no column 'ID', 'CATE': the columns are name, class",
  ],
  ['a row without an image', { 'train.csv': 'ID,CATE\n,0\n' }, {}, 'train.csv, row 1, ID: is empty'],
  ['no table', {}, { table: 'none.csv' }, "none.csv, table: there is no file 'none.csv'"],
  [
    'a table outside',
    {},
    { table: '../train.csv' },
    "../train.csv, table: '../train.csv' is outside the folder",
  ],
  [
    'masks outside',
    {},
    { masks: { Ann: '../mask' } },
    "<folder>, path: there is no folder '../mask' with image files",
  ],
])('%s is refused as a whole', async (_, changes, options, message) => {
  expect(await refusal(await folderWith({ ...tree, ...changes }), { ...options }, 'tnscui')).toBe(message);
});

test('a link to a table elsewhere is not followed out of the folder', async () => {
  const { 'train.csv': table, ...files } = tree;
  const folder = await folderWith(files);
  await symlink(join(await folderWith({ 'secret.csv': table }), 'secret.csv'), join(folder, 'train.csv'));
  expect(await refusal(folder, {}, 'tnscui')).toBe("train.csv, table: 'train.csv' is outside the folder");
});
