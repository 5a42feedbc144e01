import { copyFile, mkdir, mkdtemp, readFile, rename, utimes, writeFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../../../tests/helpers/database.ts';
import { contents, folderOf, freshName, grey, picture } from '../../../tests/helpers/image-folder.ts';
import { openBlobStore, type BlobStore } from '../../storage/blob-store.ts';
import { importDataset, type ImportRequest } from './import-dataset.ts';

let database: TestDatabase;
let blobs: BlobStore;
let opened: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  const blobFolder = await mkdtemp(join(tmpdir(), 'consilium-blobs-'));
  const store = openBlobStore({ blobFolder, s3: null }, database.pool);
  // What an import does with a file that it has looked at, whatever comes of it.
  blobs = { ...store, write: (bytes) => (opened.push('file'), store.write(bytes)) };
});
afterAll(() => database.close());
beforeEach(() => (opened = []));

const run = (path: string, request: Partial<ImportRequest> = {}) =>
  importDataset({ pool: database.pool, blobs, actor: 'tester' }, { path, ...request });

interface Row {
  readonly path: string;
  readonly subject?: string;
  readonly split?: string;
  readonly diagnosis?: number;
  /** Raters with a mask. */
  readonly masks?: readonly string[];
}

/** A manifest.json with these rows, and their files: image k has the shade k + `shade`. */
async function folder(name: string, rows: readonly Row[], { shade = 1 } = {}): Promise<string> {
  const drawn = await Promise.all(rows.map(async ({ path }, k) => [path, await picture(shade + k)] as const));
  const mask = await grey(2, 2, [255, 0, 0, 0]);
  const images = rows.map(({ masks = ['a'], ...row }) => ({
    ...row,
    masks: masks.map((rater) => ({ rater, structure: 's', path: 'm.png' })),
  }));
  const manifest = { name, raters: ['a', 'b'], structures: ['s'], images };
  return folderOf({ 'manifest.json': manifest, 'm.png': mask, ...Object.fromEntries(drawn) });
}

const rewrite = (path: string, name: string, rows: readonly Row[]) =>
  writeFile(
    join(path, 'manifest.json'),
    JSON.stringify({
      name,
      raters: ['a', 'b'],
      structures: ['s'],
      images: rows.map(({ masks = ['a'], ...row }) => ({
        ...row,
        masks: masks.map((rater) => ({ rater, structure: 's', path: 'm.png' })),
      })),
    }),
  );

/** Long enough ago that nobody doubts whether a file is at rest. */
async function settled(path: string): Promise<void> {
  // The change time cannot be set: wait until the files are older than the two seconds that file-state.ts asks for.
  const { ctimeMs } = await stat(join(path, 'manifest.json'));
  await new Promise((done) => setTimeout(done, Math.max(0, ctimeMs + 2100 - Date.now())));
}

const imagesOf = (name: string) =>
  database.prisma.image.findMany({
    where: { dataset: { name } },
    orderBy: { path: 'asc' },
    include: { withdrawal: true, annotations: { include: { rater: true } }, diagnoses: true },
  });

describe('two folders of one name', () => {
  const two = async () => {
    const parents = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), 'consilium-names-'))));
    const name = freshName();
    return Promise.all(
      parents.map(async (parent, k) => {
        const made = await folderOf({
          'manifest.csv': `path,split,mask:a:s\n${k}.png,train,m.png`,
          [`${k}.png`]: await picture(50 + k),
          'm.png': await grey(2, 2, [255, 0, 0, 0]),
        });
        await rename(made, join(parent, name));
        return { path: join(parent, name), name };
      }),
    );
  };

  test('do not become one dataset: the second is refused and told why', async () => {
    const [first, second] = await two();
    expect(await run(first.path)).toMatchObject({ dataset: first.name, datasetAdded: true });
    const before = await contents(database);
    await expect(run(second.path)).rejects.toThrow(
      new RegExp(
        `dataset '${first.name}' was imported from ${first.path}/manifest.csv, this is ${second.path}`,
      ),
    );
    expect(await contents(database)).toBe(before);
  });

  test('stay two under a name of its own, and become one where that is asked for', async () => {
    const [first, second] = await two();
    await run(first.path);
    const own = `${first.name} of the other clinic`;
    expect(await run(second.path, { name: own })).toMatchObject({ dataset: own, datasetAdded: true });
    expect(await run(second.path, { add: true })).toMatchObject({ datasetAdded: false, imagesAdded: 1 });
    expect((await imagesOf(first.name)).map(({ path }) => path)).toEqual(['0.png', '1.png']);
    // From now on both are known to belong to it.
    expect(await run(second.path)).toMatchObject({ imagesUnchanged: 1 });
    expect(await run(first.path)).toMatchObject({ imagesUnchanged: 1 });
  });

  test('imported at once, one is refused', async () => {
    const [first, second] = await two();
    const results = await Promise.allSettled([run(first.path), run(second.path)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await imagesOf(first.name)).toHaveLength(1);
  });

  test('a folder is the same by a link to it, and by the file in it', async () => {
    const [first] = await two();
    await run(first.path);
    expect(await run(join(first.path, 'manifest.csv'))).toMatchObject({ imagesUnchanged: 1 });
  });
});

test.each([
  ['capitals', (name: string) => name.toUpperCase()],
  ['full-width letters', (name: string) => name.replace('dataset', 'ｄataset')],
])('a name that differs in %s alone is refused', async (_, change) => {
  const name = freshName();
  await run(await folder(name, [{ path: 'a.png', split: 'train' }]));
  const other = await folder(change(name), [{ path: 'a.png', split: 'train' }]);
  await expect(run(other)).rejects.toThrow(`there is a dataset '${name}'`);
});

test('a name has one form, whatever white space and combining characters it was typed with', async () => {
  const name = `É ${freshName()}`;
  const path = await folder(name, [{ path: 'a.png', split: 'train' }]);
  const { datasetId } = await run(path, { name: `  ${name.normalize('NFD').replace(' ', '\u00a0 ')} ` });
  expect((await database.prisma.dataset.findUniqueOrThrow({ where: { id: datasetId } })).name).toBe(name);
  await expect(run(path, { name: `${name}\u200b` })).rejects.toThrow('cannot be seen');
  await expect(run(path, { name: ' ' })).rejects.toThrow('name: is empty');
});

describe('a subject in two splits', () => {
  test('is refused across imports as within one, and nothing is written', async () => {
    const name = freshName();
    const first = await folder(name, [{ path: '1.png', subject: 'p1', split: 'train' }]);
    await run(first);
    const second = await folder(name, [
      { path: '2.png', subject: 'p2', split: 'test' },
      { path: '3.png', subject: 'p1', split: 'test' },
    ]);
    const before = await contents(database);
    await expect(run(second, { add: true })).rejects.toThrow(
      /3\.png.*row 2.*subject 'p1' is in 'test', and in 'train' in the dataset \(1\.png\): its images would leak/,
    );
    expect(await contents(database)).toBe(before);
    expect(await run(second, { add: true, skipBad: true })).toMatchObject({ imagesAdded: 1, skippedRows: 1 });
  });

  test('may move with all of its images', async () => {
    const name = freshName();
    const rows = ['1.png', '2.png'].map((path) => ({ path, subject: 'p', split: 'train' }));
    const path = await folder(name, rows);
    await run(path);
    await rewrite(path, name, rows.map((row) => ({ ...row, split: 'test' }))); // prettier-ignore
    expect(await run(path)).toMatchObject({ imagesUpdated: 2 });
    await rewrite(path, name, [{ ...rows[0], split: 'train' }]);
    await expect(run(path)).rejects.toThrow(
      /subject 'p' is in 'train', and in 'test' in the dataset \(2\.png\)/,
    );
  });

  test('is refused where two imports bring the halves at once', async () => {
    const name = freshName();
    const halves = await Promise.all(
      ['train', 'test'].map((split, k) =>
        folder(name, [{ path: `${k}.png`, subject: 'p', split }], { shade: k }),
      ),
    );
    const results = await Promise.allSettled(halves.map((path) => run(path, { add: true })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

test('splits are optional: images without one have the split none', async () => {
  const name = freshName();
  await run(
    await folder(name, [{ path: '1.png' }, { path: '2.png', split: '' }, { path: '3.png', split: 'test' }]),
  );
  expect((await imagesOf(name)).map(({ split }) => split)).toEqual(['none', 'none', 'test']);
  const table = await folderOf({
    'manifest.csv': 'path,mask:a:s\n1.png,m.png',
    '1.png': await picture(1),
    'm.png': await picture(255),
  });
  expect(await run(table, { name: freshName() })).toMatchObject({ imagesAdded: 1 });
});

describe('mirror', () => {
  const rows: Row[] = [
    { path: '1.png', split: 'train', diagnosis: 1, masks: ['a', 'b'] },
    { path: '2.png', split: 'train', diagnosis: 0, masks: ['a', 'b'] },
    { path: '3.png', split: 'test', diagnosis: 1, masks: ['a', 'b'] },
  ];

  test('withdraws images, masks and diagnoses that are gone, and says so', async () => {
    const name = freshName();
    const path = await folder(name, rows);
    await run(path);
    await rewrite(path, name, [
      { ...rows[0], masks: ['a'] },
      { ...rows[1], diagnosis: undefined },
    ]);
    // Without mirror nothing is taken back.
    expect(await run(path)).toMatchObject({ imagesUnchanged: 2, imagesWithdrawn: 0 });
    const report = await run(path, { mirror: true });
    expect(report).toMatchObject({ imagesWithdrawn: 1, annotationsWithdrawn: 1, diagnosesWithdrawn: 1 });
    const [one, two, three] = await imagesOf(name);
    expect(three.withdrawal).toMatchObject({ actor: 'tester', reason: `gone from ${path}/manifest.json` });
    expect(one.annotations.map(({ rater, current }) => [rater.name, current]).sort()).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(two.diagnoses.map(({ current }) => current)).toEqual([false]);
    expect(await run(path, { mirror: true })).toMatchObject({
      imagesUnchanged: 2,
      imagesWithdrawn: 0,
      annotationsWithdrawn: 0,
    });
  });

  test('a row that only an import without mirror has seen since is looked at again', async () => {
    const name = freshName();
    const path = await folder(name, rows);
    await run(path);
    await rewrite(path, name, [{ ...rows[0], masks: ['a'] }, rows[1], rows[2]]);
    await settled(path);
    await run(path);
    expect(await run(path)).toMatchObject({ imagesNotLookedAt: 3 });
    expect(await run(path, { mirror: true })).toMatchObject({
      imagesNotLookedAt: 0,
      annotationsWithdrawn: 1,
    });
    expect(await run(path, { mirror: true })).toMatchObject({ imagesNotLookedAt: 3 });
    expect(await run(path)).toMatchObject({ imagesNotLookedAt: 3 });
  });

  test('does not empty a dataset because a folder is empty or half there, unless told how much', async () => {
    const name = freshName();
    const path = await folder(name, rows);
    await run(path);
    const before = await contents(database);
    await rewrite(path, name, []);
    await expect(run(path, { mirror: true })).rejects.toThrow('there are no rows');
    await rewrite(path, name, [rows[0]]);
    await expect(run(path, { mirror: true })).rejects.toThrow(
      /the folder lacks 2 of 3 images, 0 of 6 masks and 0 of 3 diagnoses .* more than half.*mirrorLimit: 2/,
    );
    await expect(run(path, { mirror: true, mirrorLimit: 1 })).rejects.toThrow('mirrorLimit 1 allows');
    expect(await contents(database)).toBe(before);
    expect(await run(path, { mirror: true, mirrorLimit: 2 })).toMatchObject({ imagesWithdrawn: 2 });
  });

  test('leaves what came from another folder', async () => {
    const name = freshName();
    const ours = await folder(name, rows);
    await run(ours);
    const theirs = await folder(
      name,
      [
        { path: '9.png', split: 'test' },
        { ...rows[0], masks: ['b'] },
      ],
      { shade: 9 },
    );
    await copyFile(join(ours, '1.png'), join(theirs, '1.png'));
    await run(theirs, { add: true });
    expect(await run(theirs, { mirror: true })).toMatchObject({
      imagesWithdrawn: 0,
      annotationsWithdrawn: 0,
    });
    expect(await run(ours, { mirror: true })).toMatchObject({ imagesWithdrawn: 0, annotationsWithdrawn: 0 });
    expect((await imagesOf(name)).filter(({ withdrawalId }) => withdrawalId)).toEqual([]);
  });

  test('withdraws what an import stored that did not keep where it came from', async () => {
    const name = freshName();
    const path = await folder(name, rows);
    const { datasetId } = await run(path);
    // As the migration leaves what 0.1.0 has imported: of its origin only what was asked for is known.
    await database.pool.query('update origins set file = $2 where dataset_id = $1', [datasetId, path]);
    for (const table of ['images', 'annotations', 'diagnoses'])
      await database.pool.query(`update ${table} set origin_id = null`);
    await rewrite(path, name, [{ ...rows[0], masks: ['a'] }, rows[1]]);
    expect(await run(path, { mirror: true })).toMatchObject({ imagesWithdrawn: 1, annotationsWithdrawn: 1 });
  });

  test('what was withdrawn stays so when the folder has it again, until restore is asked for', async () => {
    const name = freshName();
    const path = await folder(name, rows);
    await run(path);
    await rewrite(path, name, [
      { ...rows[0], masks: ['a'] },
      { ...rows[1], diagnosis: undefined },
    ]);
    await run(path, { mirror: true });
    await rewrite(path, name, rows);
    await settled(path);
    const report = await run(path);
    expect(report).toMatchObject({
      ...{ imagesAdded: 0, imagesRestored: 0, annotationsAdded: 0, diagnosesAdded: 0 },
      leftWithdrawn: { images: 1, annotations: 1, diagnoses: 1 },
    });
    expect(report.leftWithdrawn.shown.join('\n')).toMatch(
      /^1\.png, a mask: withdrawn by tester on .* \(gone from .*\)$/m,
    );
    // It is told each time, not only the first.
    expect(await run(path)).toMatchObject({ leftWithdrawn: { images: 1, annotations: 1, diagnoses: 1 } });
    expect(await run(path, { restore: true })).toMatchObject({
      ...{ imagesRestored: 1, annotationsAdded: 1, diagnosesAdded: 1 },
      leftWithdrawn: { images: 0, annotations: 0, diagnoses: 0 },
    });
    expect((await imagesOf(name)).every(({ withdrawalId }) => withdrawalId === null)).toBe(true);
  });

  test('a mask or diagnosis that says something new is no withdrawn one', async () => {
    const name = freshName();
    const path = await folder(name, rows);
    await run(path);
    await rewrite(path, name, [{ ...rows[0], masks: ['a'], diagnosis: undefined }, rows[1], rows[2]]);
    await run(path, { mirror: true });
    await rewrite(path, name, [{ ...rows[0], diagnosis: 0 }, rows[1], rows[2]]);
    const manifest = JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8')) as {
      images: { masks: { path: string }[] }[];
    };
    manifest.images[0].masks[1].path = 'new.png';
    await writeFile(join(path, 'manifest.json'), JSON.stringify(manifest));
    await writeFile(join(path, 'new.png'), await grey(2, 2, [0, 0, 0, 255]));
    expect(await run(path)).toMatchObject({
      ...{ annotationsAdded: 1, diagnosesAdded: 1 },
      leftWithdrawn: { annotations: 0, diagnoses: 0 },
    });
  });
});

describe('an unchanged folder', () => {
  const rows = ['1.png', '2.png', '3.png'].map((path) => ({ path, split: 'train' }));

  const modified = new Date('2020-02-02T02:02:02Z');

  async function imported() {
    const name = freshName();
    const path = await folder(name, rows);
    await utimes(join(path, 'm.png'), modified, modified);
    await settled(path);
    await run(path);
    opened = [];
    return { path, name };
  }

  test('is recognised without opening a file; verify opens them all', async () => {
    const { path } = await imported();
    expect(await run(path)).toMatchObject({ imagesNotLookedAt: 3, imagesUnchanged: 3, imagesAdded: 0 });
    expect(opened).toEqual([]);
    expect(await run(path, { verify: true })).toMatchObject({ imagesNotLookedAt: 0, imagesUnchanged: 3 });
    expect(opened).toHaveLength(6);
  });

  test('of which a file was replaced by one of equal size and time is not unchanged', async () => {
    const { path, name } = await imported();
    const mask = join(path, 'm.png');
    const { size } = await stat(mask);
    const other = await grey(2, 2, [0, 255, 0, 0]);
    expect(other.byteLength).toBe(size);
    // As cp -p, rsync -t and tar do: contents change, the time of modification does not.
    await writeFile(mask, other);
    await utimes(mask, modified, modified);
    expect(await run(path)).toMatchObject({ imagesNotLookedAt: 0, annotationsChanged: 3 });
    expect((await imagesOf(name)).every(({ annotations }) => annotations.length === 2)).toBe(true);
  });

  test('of which a file was renamed over another of equal size and time is not unchanged', async () => {
    const { path } = await imported();
    await writeFile(join(path, 'new.png'), await grey(2, 2, [0, 255, 0, 0]));
    await utimes(join(path, 'new.png'), modified, modified);
    await rename(join(path, 'new.png'), join(path, 'm.png'));
    expect(await run(path)).toMatchObject({ annotationsChanged: 3 });
  });

  test('of which a row says something else is looked at there alone', async () => {
    const { path, name } = await imported();
    await rewrite(path, name, [{ ...rows[0], subject: 'p' }, rows[1], rows[2]]);
    expect(await run(path)).toMatchObject({ imagesNotLookedAt: 2, imagesUpdated: 1 });
  });

  test('is not taken for known where a file has just been written', async () => {
    const name = freshName();
    const path = await folder(name, rows);
    await run(path);
    expect(await run(path)).toMatchObject({ imagesNotLookedAt: 0, imagesUnchanged: 3 });
  });

  test('is still checked for images that are named twice and subjects in two splits', async () => {
    const { path, name } = await imported();
    await rewrite(path, name, [...rows, rows[0]]);
    await expect(run(path)).rejects.toThrow('row 1 has the same path');
  });

  test('is recognised where a reader draws its masks from one file', async () => {
    const square = [0, 0, 1, 0, 1, 1, 0, 1];
    const content = {
      images: [{ id: 1, file_name: '1.png', width: 2, height: 2 }],
      annotations: [{ id: 1, image_id: 1, category_id: 1, segmentation: [square] }],
      categories: [{ id: 1, name: 's' }],
    };
    const path = await folderOf({ 'coco.json': content, '1.png': await picture(1) });
    const options = { name: freshName() };
    await new Promise((done) => setTimeout(done, 2100));
    await run(path, { options });
    expect(await run(path, { options })).toMatchObject({ imagesNotLookedAt: 1 });
    const wider = {
      ...content,
      annotations: [{ ...content.annotations[0], segmentation: [[0, 0, 2, 0, 2, 1, 0, 1]] }],
    };
    await writeFile(join(path, 'coco.json'), JSON.stringify(wider));
    expect(await run(path, { options })).toMatchObject({ imagesNotLookedAt: 0, annotationsChanged: 1 });
  });
});

test('a folder made in another place is not this one, even with the same files', async () => {
  const name = freshName();
  const path = await folder(name, [{ path: '1.png', split: 'train' }]);
  await run(path);
  const copy = await mkdtemp(join(tmpdir(), 'consilium-copy-'));
  await mkdir(copy, { recursive: true });
  for (const file of ['manifest.json', '1.png', 'm.png']) await copyFile(join(path, file), join(copy, file));
  await expect(run(copy)).rejects.toThrow('add: true');
  expect(await run(copy, { add: true })).toMatchObject({ imagesUnchanged: 1, datasetAdded: false });
});
