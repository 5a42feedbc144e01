import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { testFolder } from './test-folder.ts';
import { unzip } from './unzip.mjs';

const { folder, remove } = testFolder();
afterAll(remove);

const archive = path.join(folder, 'wheel.zip');
const text = 'a line that packs well\n'.repeat(10_000);

// Python's zipfile is the outside truth: wheels are made with it.
const python = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as z:
    z.writestr('lib/packed.txt', ${JSON.stringify('a line that packs well\n')} * 10000, zipfile.ZIP_DEFLATED)
    z.writestr('lib/stored.bin', bytes(range(256)), zipfile.ZIP_STORED)
    z.writestr('lib/empty', b'')
    z.writestr('other/unwanted', 'no')
    z.writestr('../outside', 'no')
`;
const hasPython = spawnSync('python3', ['--version']).status === 0;
const withPython = hasPython ? describe : describe.skip;
beforeAll(() => void (hasPython && execFileSync('python3', ['-c', python, archive])));

withPython('an archive made by python3 (skipped where there is no python3)', () => {
  test('the wanted files come out as they went in, counted in bytes', async () => {
    const target = path.join(folder, 'out');
    let last: number[] = [];
    const names = await unzip(
      archive,
      target,
      (name) => name.startsWith('lib/'),
      (done, total) => (last = [done, total]),
    );
    expect(names).toEqual(['lib/packed.txt', 'lib/stored.bin', 'lib/empty']);
    expect(readFileSync(path.join(target, 'lib/packed.txt'), 'utf8')).toBe(text);
    expect([...readFileSync(path.join(target, 'lib/stored.bin'))]).toEqual([...Array(256).keys()]);
    expect(readFileSync(path.join(target, 'lib/empty'))).toHaveLength(0);
    expect(existsSync(path.join(target, 'other'))).toBe(false);
    expect(last).toEqual([text.length + 256, text.length + 256]);
  });

  test('a name that leads out of the folder is refused', async () => {
    await expect(
      unzip(archive, path.join(folder, 'out'), (name) => name.includes('outside')),
    ).rejects.toThrow('../outside leads out of the folder');
    expect(existsSync(path.join(folder, 'outside'))).toBe(false);
  });

  test('a file that is no archive, and one cut short, are refused', async () => {
    const none = path.join(folder, 'none');
    writeFileSync(none, 'not a zip at all');
    await expect(unzip(none, folder, () => true)).rejects.toThrow('not a zip archive');
    const cut = path.join(folder, 'cut');
    writeFileSync(cut, readFileSync(archive).subarray(100));
    await expect(unzip(cut, path.join(folder, 'cut-out'), () => true)).rejects.toThrow();
  });
});
