import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { folderWith, masksOf, readAll, refusal } from './layout.test-helper.ts';

const tnscui = { 'image/1.PNG': '', 'mask/1.PNG': '', 'train.csv': 'ID,CATE\n1.PNG,1\n' };

test('what a Mac puts beside each file of an archive is passed over', async () => {
  const folder = await folderWith({
    ...tnscui,
    'image/._1.PNG': '',
    'mask/._1.PNG': '',
    '._train.csv': '',
    'image/Thumbs.db': '',
  });
  const { rows, problems } = await readAll(folder);
  expect([rows.length, problems]).toEqual([1, []]);
  const ddti = await folderWith({
    '1.xml': '<case><mark><image>1</image></mark></case>',
    '1_1.jpg': '',
    '._1.xml': '\0\x05\x16\x07',
    '._1_1.jpg': '',
    '__MACOSX/._1.xml': '',
  });
  expect(await readAll(ddti)).toMatchObject({ rows: [{ path: '1_1.jpg' }], problems: [] });
});

test('however a folder is spelled, its images have one path', async () => {
  for (const images of ['image', './image', 'image/', 'image//', 'x/../image']) {
    const { rows } = await readAll(await folderWith(tnscui), { images, masks: { Ann: './mask/' } });
    expect(rows[0].path).toBe('image/1.PNG');
    expect(await masksOf(rows[0])).toEqual({ 'Ann nodule': 'mask/1.PNG' });
  }
});

test('nobody waits for a pipe', async () => {
  const folder = await folderWith({ 'image/1.PNG': '', 'mask/1.PNG': '' });
  execFileSync('mkfifo', [join(folder, 'train.csv'), join(folder, 'image', '2.PNG'), join(folder, '1.xml')]);
  expect(await refusal(folder)).toMatch(/format: no known format/);
  expect(await refusal(folder, {}, 'tnscui')).toBe('train.csv, table: is no file');
  const isic = await folderWith({ 'ISIC_0000000.jpg': '', 'ISIC_0000000_expert.png': '' });
  execFileSync('mkfifo', [join(isic, 'a.csv')]);
  expect((await readAll(isic)).rows).toHaveLength(1);
  expect(await refusal(isic, { metadata: 'a.csv' })).toBe('a.csv, table: is no file');
  expect(await refusal(isic, { segmentations: 'a.csv' })).toBe('a.csv, table: is no file');
});

test('tables with semicolons are read', async () => {
  const train = await folderWith({ ...tnscui, 'train.csv': 'ID;CATE\n1.PNG;1\n' });
  expect((await readAll(train)).rows[0].diagnoses).toEqual({ reference: 1 });
});

test('tables with a byte order mark and the line ends of Windows are read', async () => {
  const folder = await folderWith({ ...tnscui, 'train.csv': '\uFEFFID,CATE\r\n1.PNG,1\r\n' });
  expect((await readAll(folder)).rows[0].diagnoses).toEqual({ reference: 1 });
});

test('two masks that come out as of one rater are refused', async () => {
  const folder = await folderWith({
    'ISIC_0000000.jpg': '',
    'ISIC_0000000_a.png': '',
    'masks.csv':
      'ISIC_id,seg_filename,annotator\nISIC_0000000,ISIC_0000000_a.png,A1\nISIC_0000000,b.png,A1 (2)\nISIC_0000000,c.png,A1\n',
  });
  expect(await refusal(folder)).toBe("masks.csv, row 3, annotator: two masks of 'A1 (2)'");
});

test.each([
  ['attributes', `<case ${Array.from({ length: 100_000 }, (_, n) => `a${n}="${n}"`).join(' ')}/>`],
  ['references', `<case><age>${'&amp;'.repeat(500_000)}</age></case>`],
  ['comments', `<case>${'<!-- - -->'.repeat(60_000)}</case>`],
  ['marks of one image', `<case>${'<mark><image>1</image></mark>'.repeat(60_000)}</case>`],
  ['text', `<case><age>${'9'.repeat(15_000_000)}</age></case>`],
  ['brackets', `<case><mark><image>1</image><svg>${'['.repeat(2_000_000)}</svg></mark></case>`],
])('an XML file full of %s is read or refused, and the rest of the folder is read', async (_, xml) => {
  const folder = await folderWith({
    '1.xml': xml,
    '1_1.jpg': '',
    '2.xml': '<case><tirads>5</tirads></case>',
    '2_1.jpg': '',
  });
  const { rows, problems } = await readAll(folder);
  expect(rows.map(({ path }) => path)).toContain('2_1.jpg');
  for (const problem of problems) expect(problem.length).toBeLessThan(300);
});
