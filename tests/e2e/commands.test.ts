import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { testDatabase, type TestDatabase } from '../helpers/database.ts';
import { writePhantomFolder } from '../../ml/cli/phantom-folder.ts';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'consilium-commands-'));
  const counts = { train: 8, validation: 0, test: 6 };
  await writePhantomFolder(join(folder, 'data'), { modality: 'ultrasound', seed: 1, size: 32, counts });
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** What `npm run <name>` runs after its set-up. */
async function run(name: string, ...args: string[]) {
  const env = { ...process.env, DATABASE_URL: database.url, CONSILIUM_DATA: join(folder, 'store') };
  const all = ['--import', 'tsx', `scripts/${name}.ts`, ...args, '--data', join(folder, 'data')];
  return promisify(execFile)(process.execPath, all, { env });
}

async function only(path: string): Promise<string> {
  const [name, ...others] = await readdir(path);
  expect(others).toEqual([]);
  return join(path, name);
}

test('npm run fuse writes a mask of 16 bits for each image and what the method says of each rater', async () => {
  const { stdout } = await run('fuse', 'staple', '--size', '32', '--out', join(folder, 'fusions'));
  const place = join(await only(join(folder, 'fusions')), 'staple');
  expect(stdout).toContain(place);
  expect(stdout).toMatch(/R1 +14 +0\.\d{3} +0\.\d{3} +0\.\d{3}/);
  const masks = await readdir(join(place, 'masks', 'images'));
  expect(masks).toHaveLength(14);
  const { depth, width } = await sharp(join(place, 'masks', 'images', masks[0])).metadata();
  expect([depth, width]).toEqual(['ushort', 32]);
  const raters = (await readFile(join(place, 'raters.csv'), 'utf8')).trim().split('\r\n');
  expect(raters).toHaveLength(1 + 14 * 5);
  expect(JSON.parse(await readFile(join(place, 'fusion.json'), 'utf8'))).toMatchObject({
    method: 'staple',
    transductive: false,
    run: { seed: 1, config: { config: { ties: expect.any(String) as string } } },
  });
});

test('npm run train learns with any fusion, and tells what its masks have seen', async () => {
  const training = JSON.stringify({ epochs: 1, batchSize: 4, minSteps: 0 });
  const { stdout } = await run(
    'train',
    ...['dl-cat', '--training', training, '--fusion', 'df-gt-raw', '--fusion-config', '{"steps":2}'],
    ...['--out', join(folder, 'models')],
  );
  expect(stdout).toMatch(/^ *auc +diagnosis +\d\.\d{3}/m);
  expect(stdout).toMatch(/^ *permuted_auc +diagnosis/m);
  expect(stdout).toContain('These masks have seen the diagnosis of their own image');
  const place = join(await only(join(folder, 'models')), 'dl-cat');
  expect((await readdir(place)).sort()).toEqual([
    'epochs.csv',
    'metrics.csv',
    'model.json',
    'weights.safetensors',
  ]);
});

test('npm run agreement prints a table of pairs and writes every number', async () => {
  const { stdout } = await run('agreement', '--split', 'test', '--out', join(folder, 'agreement'));
  expect(stdout).toMatch(/^ *fleiss_kappa +0\.\d{3} +0\.\d{3}–0\.\d{3} +6 +0$/m);
  // Dice of R1 with the others stands right of the empty diagonal.
  expect(stdout).toMatch(/^ *R1( +0\.\d{3}){4}$/m);
  // Phantoms are sorted by how alike their outlines are: the first is the worst.
  const worst = [
    ...stdout.matchAll(/^ *images\/\S+ +(0\.\d{3}) +(0\.\d{3}) +R\d and R\d +\d+\.\d pixels$/gm),
  ];
  expect(stdout).toContain('Where they disagree most: 5 of 6 images');
  expect(worst).toHaveLength(5);
  expect(worst.map(([, dice]) => dice)).toEqual(worst.map(([, dice]) => dice).sort());
  for (const [, mean, lowest] of worst) expect(Number(lowest)).toBeLessThanOrEqual(Number(mean));
  const rows = (await readFile(await only(join(folder, 'agreement')), 'utf8')).trim().split('\r\n');
  // Four numbers of all raters; each rater's distance from the others; three numbers of each of ten pairs.
  expect(rows).toHaveLength(1 + 4 + 5 + 3 * 10);
});

test('a method that nobody knows is refused before any work', async () => {
  await expect(run('fuse', 'stapel')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("unknown fusion 'stapel'") as string,
  });
});

/** `npm run fuse` in a process group of its own, once its server runs. */
async function begun() {
  const args = [
    'scripts/run.mjs',
    'scripts/fuse.ts',
    'staple',
    '--size',
    '32',
    '--data',
    join(folder, 'data'),
  ];
  const env = { ...process.env, DATABASE_URL: database.url, CONSILIUM_DATA: join(folder, 'store') };
  const command = spawn(process.execPath, [...args, '--seed', '7', '--out', join(folder, 'cut-short')], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [said] = (await once(command.stdout, 'data')) as [Buffer];
  return { command, server: /http\S+(?=\/graphql)/.exec(String(said))?.[0] };
}

test('a command whose reader went away (| head) has stopped its server and worker when it ends', async () => {
  const { command } = await begun();
  command.stdout.destroy();
  await once(command, 'exit');
  // No process of its group is left.
  expect(() => process.kill(-command.pid!, 0)).toThrow('ESRCH');
});

test('the server of a command that was killed with -9 stops by itself', async () => {
  const { command, server } = await begun();
  command.kill('SIGKILL');
  const answers = () => fetch(`${server}/health`).then(Boolean, () => false);
  while (await answers()) await sleep(20);
});
