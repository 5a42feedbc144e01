import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';

const FILE_LIMIT = 512 * 1024 * 1024;

/**
 * The real path of a file that a manifest names, or why it may not be read. Links are followed before the check, so
 * that none leads out of the folder. `root` must be real itself.
 */
export async function safePath(root: string, path: string): Promise<{ file: string } | { problem: string }> {
  if (path.includes('\0')) return { problem: 'the path has a zero character in it' };
  const parts = path.split(/[\\/]/);
  if (isAbsolute(path) || /^[A-Za-z]:/.test(path) || parts.includes('..')) {
    return { problem: `'${path}' is outside the folder` };
  }
  const file = await realpath(join(root, ...parts)).catch(() => null);
  if (file === null) return { problem: `there is no file '${path}'` };
  if (!file.startsWith(root.endsWith(sep) ? root : root + sep))
    return { problem: `'${path}' is outside the folder` };
  return { file };
}

/** @throws Error where the file is not there, not a file, too large, or outside the root. */
export async function readInside(root: string, path: string): Promise<Buffer> {
  const safe = await safePath(root, path);
  if ('problem' in safe) throw new Error(safe.problem);
  const { size } = await stat(safe.file);
  if (size > FILE_LIMIT) throw new Error(`'${path}' has ${size} bytes: at most ${FILE_LIMIT} are read`);
  return readFile(safe.file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      error.code === 'EISDIR' ? `'${path}' is a folder` : `'${path}' cannot be read (${error.code})`,
    );
  });
}
