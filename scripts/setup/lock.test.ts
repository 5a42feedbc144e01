import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { testFolder } from './test-folder.ts';

const { folder, remove } = testFolder();
afterAll(remove);

const own = () => path.join(folder, `${expect.getState().currentTestName?.replaceAll(/\W/g, '-')}.lock`);
const lockModule = new URL('./lock.mjs', import.meta.url).href;

/** A process of its own that takes the lock, says so and keeps it. */
async function holder(file: string) {
  const code = `const { withLock } = await import(${JSON.stringify(lockModule)});
    await withLock(${JSON.stringify(file)}, () => new Promise((done) => { console.log('held'); setTimeout(done, 60000); }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

test('only one at a time does the work, and the lock is gone afterwards', async () => {
  const file = own();
  let inside = 0;
  let most = 0;
  const work = () =>
    withLock(
      file,
      async () => {
        most = Math.max(most, ++inside);
        await new Promise((done) => setTimeout(done, 20));
        inside--;
      },
      { pollMs: 5 },
    );
  await Promise.all([work(), work(), work()]);
  expect(most).toBe(1);
  expect(existsSync(file)).toBe(false);
});

test('the second waits for a living process, and is told once for whom', async () => {
  const file = own();
  const child = await holder(file);
  const onWait = jest.fn(() => setTimeout(() => child.kill('SIGKILL'), 100));
  let killed = false;
  await withLock(file, async () => void (killed = child.killed), { onWait, pollMs: 10 });
  expect(killed).toBe(true);
  expect(onWait).toHaveBeenCalledTimes(1);
  expect(onWait).toHaveBeenCalledWith(expect.objectContaining({ pid: child.pid, host: hostname() }));
});

test('a lock whose owner was killed is taken at once by exactly one of several', async () => {
  const file = own();
  const child = await holder(file);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(existsSync(file)).toBe(true);
  let inside = 0;
  const work = () =>
    withLock(
      file,
      async () => {
        expect(++inside).toBe(1);
        await new Promise((done) => setTimeout(done, 10));
        inside--;
      },
      { pollMs: 2 },
    );
  await Promise.all(Array.from({ length: 8 }, work));
});

const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux(
  'a process number that was given to another process is not taken for the owner (needs /proc)',
  async () => {
    const file = own();
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname(), started: '1' }));
    await withLock(file, async () =>
      expect(JSON.parse(readFileSync(file, 'utf8'))).not.toMatchObject({ started: '1' }),
    );
  },
);

test('an owner on another machine counts as dead only when it has been silent for long', async () => {
  const file = own();
  const { pid } = spawnSync('true');
  writeFileSync(file, JSON.stringify({ pid, host: 'another', started: '1' }));
  const onWait = jest.fn(() => utimesSync(file, new Date(0), new Date(0)));
  await withLock(file, async () => undefined, { onWait, pollMs: 10 });
  expect(onWait).toHaveBeenCalledTimes(1);
});

test('a failure of the work is passed on and frees the lock', async () => {
  const file = own();
  await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});
