import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const bench = path.dirname(fileURLToPath(import.meta.url));

/** A Python program beside which we measure: one JSON line asks, one JSON line answers. */
export interface Peer {
  ask<Answer>(question: object): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts bench/peers/<name>.py in a virtual environment of its own, which holds <name>.requirements.txt. */
export async function startPeer(name: string, threads: number, say: (line: string) => void): Promise<Peer> {
  // A machine whose Python has what the peer needs, e.g. PyTorch with CUDA (CONSILIUM_PEER_DEVICE=cuda), is taken as it is.
  const python = process.env.CONSILIUM_PEER_PYTHON || (await provideEnvironment(name, say));
  // The peer keeps its own defaults: what we set for ours could slow it down.
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    OMP_NUM_THREADS: String(threads),
    PYTHONUNBUFFERED: '1',
  };
  delete environment.OMP_WAIT_POLICY;
  const child = spawn(python, [path.join(bench, 'peers', `${name}.py`)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment,
  });
  return conversation(child, name);
}

function conversation(child: ChildProcess, name: string): Peer {
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  readline.createInterface({ input: child.stdout! }).on('line', (line) => waiting.shift()?.resolve(line));
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => waiting.splice(0).forEach(({ reject }) => reject(error)));
    child.once('close', (code) => {
      waiting
        .splice(0)
        .forEach(({ reject }) => reject(new Error(`the peer ${name} ended with code ${code}`)));
      resolve();
    });
  });
  return {
    async ask<Answer>(question: object): Promise<Answer> {
      const answer = new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
      child.stdin!.write(`${JSON.stringify(question)}\n`);
      return JSON.parse(await answer) as Answer;
    },
    async close() {
      child.stdin!.end();
      await ended;
    },
  };
}

/** Its Python; made, once, where the environment is missing or its pins have changed. */
async function provideEnvironment(name: string, say: (line: string) => void): Promise<string> {
  const venv = path.join(bench, '..', '.consilium', 'peers', name);
  const python = path.join(venv, 'bin', 'python');
  const requirements = path.join(bench, 'peers', `${name}.requirements.txt`);
  const stamp = path.join(venv, 'requirements.installed');
  const wanted = await readFile(requirements, 'utf8');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return python;
  say(
    `Setting up the peer's Python environment (${wanted.trim().split('\n').join(', ')}); once, some minutes …`,
  );
  await rm(venv, { recursive: true, force: true });
  await mkdir(path.dirname(venv), { recursive: true });
  execute('python3', ['-m', 'venv', venv], 'Debian and Ubuntu have it in the package python3-venv');
  execute(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements], 'is the package index reachable?');
  await writeFile(stamp, wanted);
  return python;
}

function execute(command: string, args: string[], hint: string): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')} failed (${error?.message ?? `code ${status}`}): ${hint}`);
}
