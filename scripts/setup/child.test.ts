import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../api/postgres/processes.mjs';
import { runChild } from './child.mjs';
import { testFolder } from './test-folder.ts';

const { folder, remove } = testFolder();
afterAll(remove);

test("a program's output is returned; its failure comes with the end of what it said", async () => {
  expect(await runChild('sh', ['-c', 'echo out; echo err >&2'])).toBe('out\nerr\n');
  await expect(runChild('sh', ['-c', 'echo because >&2; exit 3'])).rejects.toThrow(
    /^sh -c .* ended with exit code 3\nbecause$/s,
  );
  await expect(runChild('no-such-program', [])).rejects.toThrow('exit code 127');
});

test('what a program leaves in the background ends with it', async () => {
  const pid = Number(await runChild('sh', ['-c', 'sleep 60 >/dev/null 2>&1 & echo $!']));
  await ended(pid);
});

const modules = ['child', 'lock', 'interrupt'].map((name) => new URL(`./${name}.mjs`, import.meta.url).href);

/** A command in the middle of its set-up: it holds the lock, runs a compiler of sorts, and talks. */
async function atWork(name: string, stderr: 'pipe' | 'ignore') {
  const [lock, pidFile] = [path.join(folder, `${name}.lock`), path.join(folder, `${name}.pid`)];
  const [child, lockModule, interrupt] = modules;
  const code = `
    const [{ runChild }, { withLock }, { catchInterrupts, endWithReader }] =
      await Promise.all(${JSON.stringify([child, lockModule, interrupt])}.map((url) => import(url)));
    endWithReader();
    catchInterrupts();
    setInterval(() => process.stderr.write('still at it\\n'), 20);
    await withLock(${JSON.stringify(lock)}, () =>
      runChild('sh', ['-c', 'sleep 60 & echo $! > "$0.new"; mv "$0.new" "$0"; wait', ${JSON.stringify(pidFile)}]));`;
  const command = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'ignore', stderr],
  });
  while (!existsSync(pidFile)) await sleep(10);
  return { command, lock, tool: Number(readFileSync(pidFile, 'utf8')) };
}

/** Comes back when the process is gone. */
async function ended(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(10);
}

test('a command whose reader went away (| head) leaves no tool running and no lock', async () => {
  const { command, lock, tool } = await atWork('head', 'pipe');
  expect(isAlive(tool)).toBe(true);
  const exit = once(command, 'exit');
  command.stderr?.destroy();
  await exit;
  expect(existsSync(lock)).toBe(false);
  await ended(tool);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s leaves no tool running and no lock',
  async (signal) => {
    const { command, lock, tool } = await atWork(signal, 'ignore');
    const exit = once(command, 'exit');
    command.kill(signal);
    await exit;
    expect(existsSync(lock)).toBe(false);
    await ended(tool);
  },
);

test('a command that was killed with -9 leaves no tool running', async () => {
  const { command, tool } = await atWork('killed', 'ignore');
  command.kill('SIGKILL');
  await ended(tool);
});
