import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDataset } from './open-dataset.ts';
import { describeProblem } from './problem.ts';
import type { DrawnMask, Row, RowResult } from './reader.ts';

/** A made-up tree: path to content. Readers open no image, so images may hold anything. */
export async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'consilium-layout-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

/** Everything that a reader makes of a folder; problems as messages, without the folder. */
export async function readAll(
  folder: string,
  options: Readonly<Record<string, unknown>> = {},
  format?: string,
) {
  const dataset = await openDataset(folder, { options, format });
  const results: RowResult[] = [];
  for await (const result of dataset.rows()) results.push(result);
  expect(await dataset.countRows()).toBe(results.length);
  const rows = results.flatMap((result) => ('row' in result ? [result.row] : []));
  const problems = results
    .flatMap((result) => ('problems' in result ? result.problems : []))
    .map((problem) => describeProblem(problem).replace(`${folder}/`, ''));
  return { dataset, rows, problems };
}

/** What `readAll` throws where the description as a whole cannot be read. */
export async function refusal(
  folder: string,
  options: Readonly<Record<string, unknown>> = {},
  format?: string,
): Promise<string> {
  const error: unknown = await readAll(folder, options, format).catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error('it was read');
  return error.message.replaceAll(folder, '<folder>');
}

/** Drawn masks by rater and structure, a word a line; of mask files the path. */
export async function masksOf(
  { masks }: Row,
  size = { width: 0, height: 0 },
): Promise<Record<string, string>> {
  const entries = masks.map(async (source) => {
    if ('path' in source) {
      const [{ rater, structure }] = source.readings;
      return [`${rater} ${structure}`, source.path] as const;
    }
    return [`${source.rater} ${source.structure}`, await lines(source, size)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function lines(source: DrawnMask, size: { width: number; height: number }): Promise<string> {
  const { mask, width } = await source.draw(size);
  return [...mask].map((value, at) => (at > 0 && at % width === 0 ? ' ' : '') + '.#'[value]).join('');
}
