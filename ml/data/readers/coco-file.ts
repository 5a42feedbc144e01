import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { CocoSettings } from './coco-settings.ts';
import { shown } from './coco-segmentation.ts';
import { readJson, topLevelKeys } from './json-file.ts';
import { DatasetError } from './problem.ts';
import { safePath } from './safe-path.ts';

/** The file is read as a whole; its masks are drawn one by one. JSON of this size takes about 1 GB when it is read. */
const COCO_LIMIT = 256 * 1024 * 1024;
/** Where tools put the annotation file. */
const ANNOTATION_FOLDERS = ['.', 'annotations'];
const IMAGE_FOLDERS = ['.', 'images'];

export type Fields = Readonly<Record<string, unknown>>;

/** The parts of a COCO file, not yet looked into. */
export interface CocoFile {
  readonly file: string;
  readonly root: string;
  /** Folder of the images relative to the root, '' for the root itself. */
  readonly imageFolder: string;
  readonly info: Fields;
  readonly images: readonly unknown[];
  readonly annotations: readonly unknown[];
  readonly categories: readonly unknown[];
}

/** The COCO files of a folder, or the file itself where it is one. */
export async function findCocoFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null);
  if (!found) return [];
  const files = found.isFile()
    ? [path]
    : (await Promise.all(ANNOTATION_FOLDERS.map((folder) => jsonFiles(join(path, folder))))).flat();
  const coco: string[] = [];
  for (const file of files) if (await isCoco(file)) coco.push(file);
  return coco;
}

async function jsonFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return names
    .filter(isJson)
    .sort()
    .map((name) => join(folder, name));
}

const isJson = (file: string): boolean => file.toLowerCase().endsWith('.json');

async function isCoco(file: string): Promise<boolean> {
  if (!isJson(file)) return false;
  const keys = await topLevelKeys(file);
  return ['images', 'annotations', 'categories'].every((key) => keys.has(key));
}

/** @throws DatasetError where there is no such file, or where it is not a COCO file. */
export async function loadCoco(path: string, settings: CocoSettings): Promise<CocoFile> {
  const { file, root } = await locate(resolve(path), settings.file);
  const remedy = 'split it into several files and import each under the same name';
  const content = await readJson(file, { field: 'file', limit: COCO_LIMIT, remedy });
  const fail = (field: string, message: string) => new DatasetError([{ file, row: null, field, message }]);
  if (!isFields(content)) throw fail('file', `expected an object with images, annotations and categories`);
  const list = (field: string): readonly unknown[] => {
    const value = content[field];
    if (!Array.isArray(value)) throw fail(field, `expected a list, received ${shown(value)}`);
    return value;
  };
  const [images, annotations, categories] = ['images', 'annotations', 'categories'].map(list);
  const info = isFields(content['info']) ? content['info'] : {};
  const imageFolder = await locateImages(root, dirname(file), settings.images, images).catch(
    (error: Error) => {
      throw fail('options.images', error.message);
    },
  );
  return { file, root, imageFolder, info, images, annotations, categories };
}

/** The annotation file, and the folder that everything is in. */
async function locate(path: string, named: string | undefined): Promise<{ file: string; root: string }> {
  const fail = (field: string, message: string) =>
    new DatasetError([{ file: path, row: null, field, message }]);
  const found = await stat(path).catch(() => null);
  if (!found) throw fail('path', 'there is no such file or folder');
  if (found.isFile()) return { file: path, root: await realpath(folderOf(path)) };
  const root = await realpath(path);
  if (named !== undefined) {
    const file = await safePath(root, named).catch((error: Error) => {
      throw fail('options.file', error.message);
    });
    return { file, root };
  }
  const [file, ...more] = await findCocoFiles(path);
  if (!file) throw fail('path', 'the folder has no COCO file (JSON with images, annotations and categories)');
  if (more.length > 0) {
    const names = [file, ...more].map((candidate) => relative(path, candidate)).join(', ');
    throw fail('options.file', `the folder has ${more.length + 1} COCO files: name one of ${names}`);
  }
  return { file, root };
}

/** `cohort/annotations/all.json` describes the folder `cohort`. */
function folderOf(file: string): string {
  const folder = dirname(file);
  return basename(folder) === 'annotations' ? dirname(folder) : folder;
}

/** @throws InputError where a named folder leaves the root or does not exist. */
async function locateImages(
  root: string,
  fileFolder: string,
  named: string | undefined,
  images: readonly unknown[],
): Promise<string> {
  if (named !== undefined)
    return resolve(root, named) === root ? '' : relative(root, await safePath(root, named));
  const first = images.find(isFields)?.['file_name'];
  const folders = [...IMAGE_FOLDERS, relative(root, await realpath(fileFolder))];
  for (const folder of folders) {
    const exists = typeof first === 'string' && (await safePath(root, join(folder, first)).catch(() => null));
    if (exists) return folder === '.' ? '' : folder;
  }
  return '';
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
