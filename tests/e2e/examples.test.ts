import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { testDatabase, type TestDatabase } from '../helpers/database.ts';
import { decodeLevels } from '../../api/storage/image-codec.ts';

const project = join(import.meta.dirname, '..', '..');
const examples = join(project, 'examples');
let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'consilium-examples-'));
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** What `npm run <name> -- <args>` runs after its set-up, as it stands in a README. */
async function run(line: string): Promise<string> {
  const [, name, rest] = /^npm run (\S+) -- (.+)$/.exec(line)!;
  const env = { ...process.env, DATABASE_URL: database.url, CONSILIUM_DATA: join(folder, 'store') };
  const out = ['--out', join(folder, name)];
  const args = ['--import', 'tsx', `scripts/${name}.ts`, ...rest.split(' '), ...out];
  return (await promisify(execFile)(process.execPath, args, { env, cwd: project })).stdout;
}

test("the commands of the examples' README run from a clone, and find what is said there", async () => {
  const readme = await readFile(join(examples, 'README.md'), 'utf8');
  const lines = [...readme.matchAll(/^ {4}(npm run .*--data examples\/lesions.*)$/gm)].map(
    ([, line]) => line,
  );
  expect(lines).toHaveLength(4);
  const printed: string[] = [];
  for (const line of lines) printed.push(await run(line));
  const [agreement, fusion, cocoAgreement, cocoFusion] = printed;
  for (const text of [agreement, cocoAgreement]) expect(text).toMatch(/^ *fleiss_kappa +0\.\d{3} .* 16 +0$/m);
  expect(agreement).toMatch(/Cem/);
  expect(cocoAgreement).not.toMatch(/Cem/);
  expect(fusion).toContain(join(folder, 'fuse'));
  expect(cocoFusion).toMatch(/Ben +16 /);
});

test('the pictures are those that the script makes', async () => {
  const made = join(folder, 'made');
  await promisify(execFile)(process.execPath, [join(examples, 'make-lesions.mjs'), made]);
  const entries = await readdir(made, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const names = files.map(({ parentPath, name }) => relative(made, join(parentPath, name)));
  expect(names).toHaveLength(16 * 5 + 2);
  for (const name of names) {
    const [committed, written] = await Promise.all(
      [examples, made].map((root) => readFile(join(root, name))),
    );
    // Another release of a compressor writes the same picture in other bytes.
    if (name.endsWith('.png')) expect(await decodeLevels(committed)).toEqual(await decodeLevels(written));
    else expect(committed.toString()).toBe(written.toString());
  }
});
