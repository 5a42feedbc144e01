/**
 * `npm run generate` writes the files that are made from the code and kept in the repository;
 * `npm run generate -- --check` only says which of them are out of date.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal';
import { introspectionFromSchema } from 'graphql';
import { loadSchema, schemaText } from '../api/schema.ts';
import { command } from './client/command.ts';
import { dependencyPicturePath, drawDependencyPicture } from './generate-dependency-picture.ts';
import { metricsPage, metricsPagePath } from './generate-metrics-page.ts';

const generated: Record<string, () => Promise<string>> = {
  'api/schema.graphql': schemaText,
  'scripts/client/schema.d.ts': schemaTypes,
  [dependencyPicturePath]: drawDependencyPicture,
  [metricsPagePath]: metricsPage,
};

/** The schema as types, from which gql.tada infers those of the commands' documents. */
async function schemaTypes(): Promise<string> {
  const introspection = minifyIntrospection(introspectionFromSchema(await loadSchema()));
  return outputIntrospectionFile(introspection, { fileType: '.d.ts', shouldPreprocess: true });
}

await command(async () => {
  const { check } = parseArgs({ options: { check: { type: 'boolean' } } }).values;
  for (const [file, make] of Object.entries(generated)) {
    const text = await make();
    const current = (await readFile(file, 'utf8').catch(() => undefined)) === text;
    if (current) continue;
    if (check) {
      console.error(`${file} is out of date: run npm run generate and commit it`);
      process.exitCode = 1;
      continue;
    }
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    console.log(`wrote ${file}`);
  }
});
