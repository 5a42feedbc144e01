import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDataset } from './open-dataset.ts';
import type { Row } from './reader.ts';

async function folderOf(files: Record<string, string | Buffer | object>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'consilium-manifest-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    const bytes = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
    await writeFile(join(folder, path), bytes);
  }
  return folder;
}

async function read(files: Record<string, string | Buffer | object>, options = {}) {
  const dataset = await openDataset(await folderOf(files), { options });
  const rows: Row[] = [];
  const problems: string[] = [];
  for await (const result of dataset.rows()) {
    if ('row' in result) rows.push(result.row);
    else problems.push(...result.problems.map(({ row, field, message }) => `${row} ${field}: ${message}`));
  }
  return { ...dataset, rows, problems };
}

const manifest = { name: 'x', raters: ['a'], structures: ['s'], split: 'test', masks: { path: 'm.png' } };
const withImages = (images: object[], more = {}) => ({ 'manifest.json': { ...manifest, ...more, images } });

describe('files as editors write them', () => {
  const text = JSON.stringify({ ...manifest, images: [{ path: 'é.png' }] });
  test.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, as PowerShell writes it', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, the other byte first', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ])('manifest.json in %s', async (_, bytes) => {
    expect((await read({ 'manifest.json': bytes })).rows[0].path).toBe('é.png');
    // Under another name it is known by its keys.
    const folder = await folderOf({ 'my.json': bytes });
    expect((await openDataset(join(folder, 'my.json'))).name).toBe('x');
  });

  test.each([
    ['in Latin-1', Buffer.from(text, 'latin1'), /manifest: line 1 is not UTF-8: save it as UTF-8/],
    ['in UTF-16 without a mark', Buffer.from(text, 'utf16le'), /looks like UTF-16 without a byte order mark/],
    ['that is empty', Buffer.from(''), /is empty/],
    ['with a raw zero character', Buffer.from(text.replace('x', '\0')), /is not JSON/],
  ])('manifest.json %s is refused', async (_, bytes, message) => {
    await expect(read({ 'manifest.json': bytes })).rejects.toThrow(message);
  });

  test('a table in an encoding that the manifest, or the import, declares', async () => {
    const table = Buffer.from('path,subject,split,mask:René:s\n1.png,Müller,test,m.png\n', 'latin1');
    const declared = {
      'manifest.json': { name: 'x', table: 't.csv', encoding: 'windows-1252' },
      't.csv': table,
    };
    for (const { rows, raters } of [
      await read(declared),
      await read({ 'manifest.csv': table }, { encoding: 'latin1' }),
    ]) {
      expect([rows[0].subject, raters[0].name]).toEqual(['Müller', 'René']);
    }
    await expect(read({ 'manifest.csv': table })).rejects.toThrow('line 1 is not UTF-8');
    await expect(read({ 'manifest.csv': table }, { encoding: 'klingon' })).rejects.toThrow(
      "'klingon' is no known encoding",
    );
  });

  test('a table with semicolons, with decimal commas', async () => {
    const { rows } = await read({ 'manifest.csv': 'path;split;score;mask:a:s\n1.png;test;0,25;m.png\n' });
    expect(rows[0].metadata).toEqual({ score: 0.25 });
  });

  test('a table without mask columns is refused with the columns that it has', async () => {
    await expect(read({ 'manifest.csv': 'path:split:mask\n1.png:test:m.png\n' })).rejects.toThrow(
      "name what is outlined: no mask column or row does (columns of the table: 'path:split:mask')",
    );
  });

  test.each([
    ['path', { path: '1.png\0x' }, '1, images.0.path'],
    ['metadata', { path: '1.png', note: 'a\0b' }, '1, images.0.note'],
    ['name of metadata', { path: '1.png', 'a\0b': 1 }, '1, images.0.a\\0b'],
    [
      'rater',
      { path: '1.png', masks: [{ rater: 'a\0', structure: 's', path: 'm.png' }] },
      '1, images.0.masks.0.rater',
    ],
  ])('a zero character in a %s is refused with row and field', async (_, image, where) => {
    await expect(read(withImages([image]))).rejects.toThrow(
      `manifest.json, row ${where}: has a zero character in it`,
    );
  });
});

describe('one spelling', () => {
  test('of a path: the name of an image, and its subject where it has no other', async () => {
    const spellings = ['a/1.png', './a/1.png', 'a//1.png', 'a\\1.png', './/a/.\\1.png'];
    const { rows } = await read(withImages(spellings.map((path) => ({ path }))));
    expect(rows.map(({ path, subject }) => [path, subject])).toEqual(
      spellings.map(() => ['a/1.png', 'a/1.png']),
    );
    const accents = await read(withImages([{ path: 'e\u0301.png' }, { path: '\u00e9.png' }]));
    expect(accents.rows[0].path).toBe(accents.rows[1].path);
  });

  test('of names: composed, without white space around, one space within', async () => {
    const table = 'path,subject,split,mask:Rene\u0301 :optic  disc\n1.png, p\u00a0 1 ,test,m.png\n';
    const { raters, structures, rows } = await read({ 'manifest.csv': table });
    expect([raters[0].name, structures[0], rows[0].subject]).toEqual(['Ren\u00e9', 'optic disc', 'p 1']);
    const [mask] = rows[0].masks;
    expect('readings' in mask && mask.readings[0]).toMatchObject({
      rater: 'Ren\u00e9',
      structure: 'optic disc',
    });
  });

  test.each([
    [
      'declared raters',
      { ...manifest, raters: ['Jose\u0301', 'Jos\u00e9'], images: [] },
      /raters: two have the same name: 'José'/,
    ],
    [
      'declared structures',
      { ...manifest, structures: ['a b', 'a  b'], images: [] },
      /structures: two have the same name: 'a b'/,
    ],
  ])('two %s that become one are refused', async (_, content, message) => {
    await expect(read({ 'manifest.json': content })).rejects.toThrow(message);
  });

  test('two columns of masks that become one are refused with both names', async () => {
    await expect(read({ 'manifest.csv': 'path,split,mask:a:s,mask:a :s\n' })).rejects.toThrow(
      "mask:a :s: names the same rater and structure as the column 'mask:a:s'",
    );
  });

  test('a declared rater and a column in another form are the same', async () => {
    const files = {
      'manifest.json': { name: 'x', raters: ['Jose\u0301'], structures: ['s'], table: 't.csv' },
      't.csv': 'path,split,mask:Jos\u00e9:s\n1.png,test,m.png\n',
    };
    expect((await read(files)).problems).toEqual([]);
  });
});

describe('masks.object', () => {
  const ruled = (object: unknown, structures = ['disc', 'cup']) =>
    read(withImages([{ path: '1.png' }], { structures, masks: { path: '{structure}.png', object } }));
  const rulesOf = ({ rows }: Awaited<ReturnType<typeof read>>) =>
    rows[0].masks.flatMap((mask) => ('readings' in mask ? mask.readings.map(({ object }) => object) : []));

  test('is one rule, or one for each structure', async () => {
    expect(rulesOf(await ruled({ equals: 0 }))).toEqual([{ equals: 0 }, { equals: 0 }]);
    // REFUGE: 0 is the cup, 128 the rest of the disc, 255 what is outside.
    const refuge = { disc: { equals: [0, 128] }, cup: { equals: 0 } };
    expect(rulesOf(await ruled(refuge))).toEqual([refuge.disc, refuge.cup]);
    expect(rulesOf(await ruled({ disc: { atLeast: 1, atMost: 2 }, cup: { atLeast: 0.5 } }))).toEqual([
      { atLeast: 1, atMost: 2 },
      { atLeast: 0.5 },
    ]);
    expect(rulesOf(await ruled(undefined))).toEqual([undefined, undefined]);
    expect(rulesOf(await ruled({ equals: { equals: 3 } }, ['equals']))).toEqual([{ equals: 3 }]);
  });

  test.each([
    [{ disc: { equals: 0 } }, /masks\.object: says nothing of the structure 'cup'/],
    [
      { disc: { equals: 0 }, cup: { equals: 1 }, rim: { equals: 2 } },
      /masks\.object\.rim: 'rim' is none of disc, cup/,
    ],
    [{ disc: { equals: 'white' }, cup: { equals: 0 } }, /masks\.object\.disc\.equals: /],
    [{ disc: { equals: [0, 'x'] }, cup: { equals: 0 } }, /masks\.object\.disc\.equals\.1: /],
    [{ equals: [] }, /masks\.object\.equals: /],
    [{ atLeast: '1' }, /masks\.object\.atLeast: /],
    [{ atLeast: 3, atMost: 1 }, /masks\.object: atLeast is above atMost/],
    [{ atleast: 3 }, /masks\.object/],
    [{}, /masks\.object: expected 'equals', or 'atLeast' and 'atMost'/],
    [255, /masks\.object: /],
  ])('%j is refused, and the field is named', async (object, message) => {
    await expect(ruled(object)).rejects.toThrow(message);
  });

  test('with votes there is nothing to declare', async () => {
    const masks = { path: 'm.png', votes: 3, object: { atLeast: 1 } };
    await expect(
      read({ 'manifest.json': { name: 'x', structures: ['s'], masks, images: [] } }),
    ).rejects.toThrow("masks.object: 'votes' says what the values are");
  });
});

test.each([
  [[1, 0], /range: the first number must be below the second/],
  [[0], /range/],
])('the range %j is refused', async (range, message) => {
  await expect(read({ 'manifest.json': { ...manifest, range, images: [] } })).rejects.toThrow(message);
});
