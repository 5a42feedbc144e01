import { folderWith, masksOf, readAll, refusal } from './layout.test-helper.ts';

type Files = Record<string, string>;

const caseFiles = (folder: string, name: string, end = '', raters = [1, 2, 3, 4, 5, 6, 7]): Files => ({
  [`${folder}/${name}/${name}${end}.jpg`]: '',
  [`${folder}/${name}/${name}_disc.bmp`]: '',
  ...Object.fromEntries(
    raters.flatMap((n) =>
      ['disc', 'cup'].map((s) => [`${folder}/${name}/${name}_seg_${s}_${n}${end}.png`, '']),
    ),
  ),
});

const header = 'imgName,maskName,multimaskName,label\n';
const entry = (original: string, path: string, label: string): string =>
  `REFUGE/${original},REFUGE/x.bmp,Dataset-new-2/${path},${label}\n`;

const tree: Files = {
  ...caseFiles('Training-400', '0826'),
  'Training-400/0826/0826_cropped.jpg': '',
  ...caseFiles('Training-400', '0853'),
  ...caseFiles('Test-400', '0544'),
  'REFUGE1Train.csv':
    header +
    entry('Training400/Glaucoma/g0001.jpg', 'Training-400/0826/0826_cup.bmp', '1') +
    entry('Training400/Non-Glaucoma/n0002.jpg', 'Training-400/0853/0853_cup.bmp', '0') +
    'REFUGE/V0001.jpg,REFUGE/V0001.bmp,,0\n',
  'notes.csv': 'a,b\n1,2\n',
};

test('a REFUGE-2 folder becomes rows: split by folder, diagnosis from the tables, seven raters', async () => {
  const { dataset, rows, problems } = await readAll(await folderWith(tree));
  expect(problems).toEqual([]);
  expect(dataset).toMatchObject({ structures: ['disc', 'cup'], modality: 'fundus' });
  expect(dataset.raters.map(({ name }) => name)).toEqual(['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7']);
  expect(rows.map(({ path, split, diagnoses, metadata }) => [path, split, diagnoses, metadata])).toEqual([
    ['Training-400/0826/0826.jpg', 'train', { reference: 1 }, { case: '0826', original: 'g0001.jpg' }],
    ['Training-400/0853/0853.jpg', 'train', { reference: 0 }, { case: '0853', original: 'n0002.jpg' }],
    ['Test-400/0544/0544.jpg', 'test', {}, { case: '0544' }],
  ]);
  const masks = await masksOf(rows[2]);
  expect(Object.keys(masks)).toHaveLength(14);
  expect(masks).toMatchObject({
    'R1 disc': 'Test-400/0544/0544_seg_disc_1.png',
    'R7 cup': 'Test-400/0544/0544_seg_cup_7.png',
  });
});

test('other folders, fewer raters, cropped files, fractions', async () => {
  const folder = await folderWith({
    ...caseFiles('tr', '1', '_cropped', [1, 2]),
    ...caseFiles('tr', '2', '_cropped', [1]),
  });
  const options = {
    folders: { train: 'tr' },
    raters: 2,
    cropped: true,
    missing: 'skip',
    fractions: { seed: 3 },
  };
  const { rows, problems } = await readAll(folder, options, 'refuge');
  expect(problems).toEqual([]);
  expect(await Promise.all(rows.map((row) => masksOf(row)))).toEqual([
    {
      'R1 disc': 'tr/1/1_seg_disc_1_cropped.png',
      'R2 disc': 'tr/1/1_seg_disc_2_cropped.png',
      'R1 cup': 'tr/1/1_seg_cup_1_cropped.png',
      'R2 cup': 'tr/1/1_seg_cup_2_cropped.png',
    },
    { 'R1 disc': 'tr/2/2_seg_disc_1_cropped.png', 'R1 cup': 'tr/2/2_seg_cup_1_cropped.png' },
  ]);
  expect(rows[0].path).toBe('tr/1/1_cropped.jpg');
});

test.each<[string, Files, string[], string[]]>([
  [
    'a missing mask',
    {},
    ['Test-400/0544/0544_seg_cup_3.png'],
    ["Test-400/0544, row 3, mask of R3, cup: there is no image file '0544_seg_cup_3.*'"],
  ],
  [
    'a missing image',
    {},
    ['Test-400/0544/0544.jpg'],
    ["Test-400/0544, row 3, path: there is no image file '0544.*'"],
  ],
  [
    'an eighth rater',
    { 'Test-400/0544/0544_seg_cup_8.png': '' },
    [],
    ['Test-400/0544/0544_seg_cup_8, row 3, raters: rater 8: expected 1 to 7'],
  ],
  [
    'a label that is none',
    { 'REFUGE1Test.csv': header + entry('T0001.jpg', 'Test-400/0544/0544.jpg', 'yes') },
    [],
    ["REFUGE1Test.csv, row 3, label: row 1: expected 0 or 1, received 'yes'"],
  ],
  [
    'two labels of one case',
    { 'Again.csv': header + entry('g0001.jpg', 'Training-400/0826/0826_cup.bmp', '0') },
    [],
    ["Again.csv, row 1, label: 'Training-400/0826' has the labels 0 and 1"],
  ],
  [
    'a case that the table of its folder leaves out',
    { 'REFUGE1Train.csv': header + entry('g0001.jpg', 'Training-400/0826/0826_cup.bmp', '1.0') },
    [],
    ["Training-400/0853, row 2, label: no table has a row for 'Training-400/0853'"],
  ],
])('%s is a problem of its row', async (_, changes, gone, expected) => {
  const files = Object.entries({ ...tree, ...changes }).filter(([path]) => !gone.includes(path));
  expect((await readAll(await folderWith(Object.fromEntries(files)))).problems).toEqual(expected);
});

test("the challenge's own release, with one mask an image, is refused with what was looked for and found", async () => {
  const folder = await folderWith({
    'Training400/Glaucoma/g0001.jpg': '',
    'Annotation-Training400/Disc_Cup_Masks/Glaucoma/g0001.bmp': '',
  });
  expect(await refusal(folder, {}, 'refuge')).toBe(
    '<folder>, path: looked for the folders Training-400, Validation-400, Test-400, with a folder for each case in them; ' +
      'found Annotation-Training400, Training400. The release with one reference mask an image (Disc_Cup_Masks) is another layout: ' +
      'docs/readers/refuge.md',
  );
});

test('a folder that leads outside is refused', async () => {
  expect(await refusal(await folderWith(tree), { folders: { train: '../elsewhere' } }, 'refuge')).toMatch(
    /options\.folders\.train: expected the name of a folder/,
  );
  expect(await refusal(await folderWith(tree), { folders: { train: '..' } }, 'refuge')).toMatch(
    /options\.folders\.train: expected the name of a folder/,
  );
});
