import { readdir, realpath, stat } from 'node:fs/promises';
import { normalize, parse } from 'node:path';
import { addTo } from './add-to.ts';
import { DatasetError } from './problem.ts';

const IMAGE = /\.(png|jpe?g|bmp|gif|tiff?)$/i;

/** What is directly in a folder, in the order of names. Nothing where there is no such folder. */
export interface Listing {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** @throws DatasetError where there is no such folder. */
export async function openFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return realpath(path);
  const message = found ? 'is a file: expected the folder of the dataset' : 'there is no such file or folder';
  throw new DatasetError([{ file: path, row: null, field: 'path', message }]);
}

/**
 * Links are followed. What is neither a file nor a folder (a pipe, a socket) is left out, and so is what is hidden:
 * archives made on a Mac hold a `._1.png` beside each `1.png`.
 */
export async function listFolder(folder: string): Promise<Listing> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const [files, folders]: string[][] = [[], []];
  for (const entry of entries) {
    const { name } = entry;
    if (name.startsWith('.') || name === '__MACOSX') continue;
    const kind = entry.isSymbolicLink() ? await stat(`${folder}/${name}`).catch(() => entry) : entry;
    if (kind.isFile()) files.push(name);
    else if (kind.isDirectory()) folders.push(name);
  }
  return { files: files.sort(), folders: folders.sort() };
}

/**
 * A folder inside the dataset as paths are made of it: no './', no '//', nothing at its end; '' is the dataset's own.
 * null where it leads outside.
 */
export function insideFolder(name: string): string | null {
  const folder = normalize(`./${name}`).replace(/\/+$/, '');
  if (folder.split('/')[0] === '..') return null;
  return folder === '.' ? '' : folder;
}

/** The name of a file without its extension. */
export const stemOf = (file: string): string => parse(file).name;

export const isImage = (file: string): boolean => IMAGE.test(file);

/** Image files by their name without extension: layouts often leave open whether it is `.jpg`, `.JPG` or `.png`. */
export function imagesByStem(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const stems = new Map<string, string[]>();
  for (const file of files.filter(isImage)) addTo(stems, stemOf(file), file);
  return stems;
}

/** The only image file of that name, or what is wrong. */
export function onlyImage(
  images: ReadonlyMap<string, readonly string[]>,
  stem: string,
): { readonly file: string } | { readonly problem: string } {
  const [file, ...more] = images.get(stem) ?? [];
  if (file === undefined) return { problem: `there is no image file '${stem}.*'` };
  if (more.length === 0) return { file };
  return { problem: `there are several image files of this name: ${[file, ...more].join(', ')}` };
}
