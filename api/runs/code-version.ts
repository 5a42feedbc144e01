import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
let known: string | undefined;

/** Package version and, in a git checkout, the commit: '0.1.0+4ca5cca', with '.dirty' where files differ from it. */
export function codeVersion(): string {
  known ??= read();
  return known;
}

function read(): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const commit = gitCommit();
  return commit ? `${version}+${commit}` : version;
}

function gitCommit(): string | null {
  try {
    const options = {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'] as ('ignore' | 'pipe')[],
    } as const;
    return execFileSync('git', ['describe', '--always', '--exclude=*', '--dirty=.dirty'], options).trim();
  } catch {
    return null; // an unpacked archive, or no git: the package's version is all there is
  }
}
