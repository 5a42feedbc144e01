import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../../../tests/helpers/database.ts';
import {
  contents,
  folderOf,
  freshName,
  grey,
  picture,
  type Files,
} from '../../../tests/helpers/image-folder.ts';
import { openBlobStore, type BlobStore } from '../../storage/blob-store.ts';
import { importDataset } from './import-dataset.ts';

let database: TestDatabase;
let blobs: BlobStore;

beforeAll(async () => {
  database = await testDatabase();
  const blobFolder = await mkdtemp(join(tmpdir(), 'consilium-blobs-'));
  blobs = openBlobStore({ blobFolder, s3: null }, database.pool);
});
afterAll(() => database.close());

const run = (path: string) =>
  importDataset({ pool: database.pool, blobs, actor: 'tester' }, { path, add: true });
const refusal = async (files: Files): Promise<string> => {
  const before = await contents(database);
  const error: Error = await run(await folderOf(files)).then(
    () => new Error('it was imported'),
    (reason: Error) => reason,
  );
  expect(await contents(database)).toBe(before);
  return error.message;
};

const scale = { kind: 'ordinal', values: ['none', 'mild', 'severe'] };
const labels = { fusion: 'majority', atLeast: 'mild' };

/** A table of diagnoses alone. */
function table(
  rows: readonly string[],
  manifest: object = {},
  header = 'path,split,diagnosis,diagnosis:Ann,diagnosis:Ben',
) {
  const name = freshName();
  const all = { name, table: 't.csv', pictures: 'none', diagnosisScale: scale, ...manifest };
  return { name, files: { 'manifest.json': all, 't.csv': [header, ...rows].join('\n') } };
}

async function stored(name: string) {
  const images = await database.prisma.image.findMany({
    where: { dataset: { name } },
    orderBy: { path: 'asc' },
    include: { diagnoses: { where: { current: true }, orderBy: { source: 'asc' } }, annotations: true },
  });
  return images.map(({ path, sha256, width, height, diagnoses, annotations }) => ({
    ...{ path, sha256, width, height, masks: annotations.length },
    diagnoses: diagnoses.map(({ source, value, version }) => [source, value, version]),
  }));
}

test('a table of grades without pictures: words of the scale, a declared unknown, and a cell that says nothing', async () => {
  const { name, files } = table(['a,train,none,mild,severe', 'b,test,?,0,', 'c,test,,1.0,2'], {
    diagnosisValues: { '0': 'none', '1': 'mild', '2': 'severe', '?': null },
    labels,
  });
  const report = await run(await folderOf(files));
  expect(report).toMatchObject({ imagesAdded: 3, annotationsAdded: 0, diagnosesAdded: 7 });
  const empty = { sha256: null, width: null, height: null, masks: 0 };
  expect(await stored(name)).toEqual([
    {
      path: 'a',
      ...empty,
      diagnoses: [
        ['Ann', 1, 1],
        ['Ben', 2, 1],
        ['reference', 0, 1],
      ],
    },
    {
      path: 'b',
      ...empty,
      diagnoses: [
        ['Ann', 0, 1],
        ['reference', null, 1],
      ],
    },
    {
      path: 'c',
      ...empty,
      diagnoses: [
        ['Ann', 1, 1],
        ['Ben', 2, 1],
      ],
    },
  ]);
  expect(await database.prisma.dataset.findUniqueOrThrow({ where: { name } })).toMatchObject({
    diagnosisKind: 'ordinal',
    diagnosisNames: scale.values,
    labelRule: { source: null, fusion: { method: 'majority', version: 1 }, positive: ['mild', 'severe'] },
  });
});

test('imported again, nothing changes; a grade that becomes unknown is a new version, one that is gone is kept', async () => {
  const { name, files } = table(['a,train,none,mild,severe'], { diagnosisValues: { unknown: null } });
  const folder = await folderOf(files);
  await run(folder);
  const before = await contents(database);
  await run(folder);
  expect(await contents(database)).toBe(before);
  await writeFile(
    join(folder, 't.csv'),
    'path,split,diagnosis,diagnosis:Ann,diagnosis:Ben\na,train,none,unknown,',
  );
  expect(await run(folder)).toMatchObject({ diagnosesChanged: 1, diagnosesAdded: 0 });
  expect((await stored(name))[0].diagnoses).toEqual([
    ['Ann', null, 2],
    ['Ben', 2, 1],
    ['reference', 0, 1],
  ]);
});

test('masks without a picture: the image has the size that is given, else that of its masks', async () => {
  const mask = await grey(3, 2, [255, 0, 0, 0, 0, 0]);
  const { name, files } = table(
    ['a,train,3,2,m.png', 'b,test,,,m.png'],
    {},
    'path,split,width,height,mask:r:s',
  );
  await run(await folderOf({ ...files, 'm.png': mask }));
  const image = { sha256: null, width: 3, height: 2, masks: 1, diagnoses: [] };
  expect(await stored(name)).toEqual([
    { path: 'a', ...image },
    { path: 'b', ...image },
  ]);
  const other = table(['a,train,4,2,m.png'], {}, 'path,split,width,height,mask:r:s');
  expect(await refusal({ ...other.files, 'm.png': mask })).toMatch(
    /row 1, mask:r:s: the mask is 3×2, the image 4×2/,
  );
});

test('a table without pictures adds graders to images whose pictures are there', async () => {
  const name = freshName();
  await run(
    await folderOf({
      'manifest.json': { name, table: 't.csv', diagnosisScale: scale, structures: [], raters: [] },
      't.csv': 'path,split,diagnosis\na.png,train,mild',
      'a.png': await picture(1),
    }),
  );
  const [before] = await stored(name);
  const more = table(['a.png,train,,severe,'], { name });
  expect(await run(await folderOf(more.files))).toMatchObject({ imagesUnchanged: 1, diagnosesAdded: 1 });
  expect(await stored(name)).toEqual([
    {
      ...before,
      diagnoses: [
        ['Ann', 2, 1],
        ['reference', 1, 1],
      ],
    },
  ]);
  expect(before).toMatchObject({ sha256: expect.any(String) as string, width: 2, height: 2 });
});

test.each([
  [
    'a word that is not declared',
    ['a,train,none,moderate,'],
    {},
    /a, row 1, otherDiagnoses.Ann: 'moderate' is none of the declared values none, mild, severe/,
  ],
  [
    'an undeclared word for unknown',
    ['a,train,NA,,'],
    {},
    /row 1, diagnosis: 'NA' is none .* "diagnosisValues": \{"NA": null\}/,
  ],
  [
    'a value that is not on the scale',
    [],
    { diagnosisValues: { x: 'worst' } },
    /diagnosisValues.x: "worst" is none of the values none, mild, severe/,
  ],
  ['a number beyond the scale', [], { diagnosisValues: { x: 3 } }, /diagnosisValues.x: 3 is none/],
  [
    'two values of one name',
    [],
    { diagnosisScale: { kind: 'nominal', values: ['a', 'a'] } },
    /diagnosisScale.values: two have the same name/,
  ],
  [
    'three values of a binary scale',
    [],
    { diagnosisScale: { ...scale, kind: 'binary' } },
    /a binary scale has two values: received 3/,
  ],
  [
    'names beside a scale',
    [],
    { diagnosisNames: ['x', 'y'] },
    /diagnosisNames: diagnosisScale names the values/,
  ],
  [
    'a rule of an unknown fusion',
    [],
    { labels: { fusion: 'best', atLeast: 'mild' } },
    /labels.fusion: unknown label fusion 'best': expected one of majority, dawid-skene, glad/,
  ],
  [
    'a rule without positive values',
    [],
    { labels: { fusion: 'glad' } },
    /labels.positive: say which of the values none, mild, severe count as 1/,
  ],
  ['a crop of no picture', [], { crop: { structure: 's' } }, /crop: needs pictures/],
])('%s is refused, and nothing is stored', async (_, rows, manifest, message) => {
  expect(await refusal(table(rows.length ? rows : ['a,train,none,,'], manifest).files)).toMatch(message);
});

test('a scale cannot change under stored diagnoses, but may grow at its end', async () => {
  const { name, files } = table(['a,train,mild,,']);
  await run(await folderOf(files));
  const as = (diagnosisScale: object) => table(['a,train,mild,,'], { name, diagnosisScale }).files;
  expect(await refusal(as({ kind: 'ordinal', values: ['mild', 'none', 'severe'] }))).toMatch(
    /diagnosisScale: the dataset '.*' has diagnoses on the scale ordinal \(none < mild < severe\), and here it is ordinal \(mild < none < severe\)/,
  );
  expect(await refusal(as({ kind: 'nominal', values: scale.values }))).toMatch(
    /nominal \(none, mild, severe\)/,
  );
  await run(await folderOf(as({ kind: 'ordinal', values: [...scale.values, 'fatal'] })));
  expect((await stored(name))[0].diagnoses).toEqual([['reference', 1, 1]]);
});
