import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';

import { InputError } from '../../errors.ts';

const FILE_LIMIT = 512 * 1024 * 1024;

/** A file that a dataset names does not exist. */
export class MissingFileError extends InputError {}

/**
 * The real path of a file that a dataset names. Links are followed before the check, so that none leads out of the
 * folder. `root` must be real itself.
 * @throws InputError where the path leads outside the root; MissingFileError where there is no such file.
 */
export async function safePath(root: string, path: string): Promise<string> {
  if (path.includes('\0')) throw new InputError('the path has a zero character in it');
  const parts = path.split(/[\\/]/);
  if (isAbsolute(path) || /^[A-Za-z]:/.test(path) || parts.includes('..'))
    throw new InputError(`'${path}' is outside the folder`);
  const file = await realFile(root, parts);
  if (file === null) throw new MissingFileError(`there is no file '${path}'`);
  if (!file.startsWith(root.endsWith(sep) ? root : root + sep))
    throw new InputError(`'${path}' is outside the folder`);
  return file;
}

/** Disks keep 'é' as one character or as two: a path is looked for as it is written, then in both forms. */
async function realFile(root: string, parts: readonly string[]): Promise<string | null> {
  const path = join(root, ...parts);
  for (const form of new Set([path, path.normalize('NFC'), path.normalize('NFD')])) {
    const file = await realpath(form).catch(() => null);
    if (file !== null) return file;
  }
  return null;
}

/** @throws InputError where the file is not there, not a file, too large, or outside the root. */
export async function readInside(root: string, path: string): Promise<Buffer> {
  const file = await safePath(root, path);
  const found = await stat(file);
  // A pipe, a socket or a device: whoever reads it may wait for ever.
  if (!found.isFile()) throw new InputError(`'${path}' is ${found.isDirectory() ? 'a folder' : 'no file'}`);
  const { size } = found;
  if (size > FILE_LIMIT) throw new InputError(`'${path}' has ${size} bytes: at most ${FILE_LIMIT} are read`);
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`'${path}' cannot be read (${error.code})`);
  });
}
