import type { Client } from './client.ts';
import type { Reading } from './common-options.ts';
import { graphql } from './graphql.ts';
import { progressLine } from './progress.ts';

interface ImportResult {
  readonly datasetId: string;
  readonly skippedRows: number;
  readonly skipped: readonly {
    readonly file: string;
    readonly row: number | null;
    readonly field: string;
    readonly message: string;
  }[];
}

const importDocument = graphql(`
  mutation Import($input: ImportDatasetInput!) {
    importDataset(input: $input) {
      id
    }
  }
`);

const importedDocument = graphql(`
  query Imported($id: ID!) {
    run(id: $id) {
      result
    }
  }
`);

/** Imports a folder, or finds what was imported of it before; answers with the dataset's id. */
export async function importDataset(
  client: Client,
  path: string,
  { skipBad = false, format, options }: Reading = {},
): Promise<string> {
  const { importDataset: run } = await client.request(importDocument, {
    input: { path, skipBad, format, options },
  });
  await follow(client, 'import', run.id);
  const { run: ended } = await client.request(importedDocument, { id: run.id });
  const { datasetId, skipped, skippedRows } = ended?.result as ImportResult;
  if (skippedRows > 0) console.log(`  left out ${skippedRows} rows:`);
  for (const { file, row, field, message } of skipped)
    console.log(`    ${file}${row === null ? '' : `, row ${row}`}, ${field}: ${message}`);
  return datasetId;
}

const cohortName = 'all images';

const cohortsDocument = graphql(`
  query Cohorts($id: ID!) {
    dataset(id: $id) {
      cohorts {
        id
        name
      }
    }
  }
`);

const createDocument = graphql(`
  mutation CreateCohort($input: CreateCohortInput!) {
    createCohort(input: $input) {
      id
    }
  }
`);

const freezeDocument = graphql(`
  mutation Freeze($cohortId: ID!, $labels: LabelRuleInput) {
    freezeCohort(cohortId: $cohortId, labels: $labels) {
      id
    }
  }
`);

/** Freezes the cohort of all images. Equal images give the same snapshot, so a second demo finds its results. */
export async function freeze(client: Client, datasetId: string, labels?: object): Promise<string> {
  const cohortId = (await findCohort(client, datasetId)) ?? (await createCohort(client, datasetId));
  return (await client.request(freezeDocument, { cohortId, labels })).freezeCohort.id;
}

async function findCohort(client: Client, datasetId: string): Promise<string | undefined> {
  const { dataset } = await client.request(cohortsDocument, { id: datasetId });
  return dataset?.cohorts.find(({ name }) => name === cohortName)?.id;
}

async function createCohort(client: Client, datasetId: string): Promise<string> {
  const input = { datasetId, name: cohortName };
  return (await client.request(createDocument, { input })).createCohort.id;
}

/** Shows a run's progress until it has ended. */
export async function follow(client: Client, label: string, runId: string): Promise<void> {
  const line = progressLine(label);
  await client
    .follow(runId, (progress) => line.update(progress))
    .catch((error: unknown) => {
      line.leave();
      throw error;
    });
  line.end();
}
