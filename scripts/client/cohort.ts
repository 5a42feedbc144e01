import type { Client } from './client.ts';
import type { Reading } from './common-options.ts';
import { graphql, type ResultOf } from './graphql.ts';
import { progressLine } from './progress.ts';

interface ImportResult {
  readonly datasetId: string;
  readonly skippedRows: number;
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
      problemCauses {
        severity
        count
        rows
        file
        field
        message
      }
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
  const { datasetId, skippedRows } = ended?.result as ImportResult;
  const causes = ended?.problemCauses ?? [];
  const linesOf = (severity: Cause['severity']): string[] =>
    causes.filter((cause) => cause.severity === severity).map((cause) => `    ${describeCause(cause)}`);
  const [left, odd] = [linesOf('error'), linesOf('warning')];
  if (skippedRows > 0) console.log([`  left out ${skippedRows} rows:`, ...left].join('\n'));
  if (odd.length > 0) console.log(['  to be looked at:', ...odd].join('\n'));
  return datasetId;
}

type Cause = NonNullable<ResultOf<typeof importedDocument>['run']>['problemCauses'][number];

/** A line a cause: its first problem, and how many there are like it. */
function describeCause({ file, field, message, rows: [first, ...more], count }: Cause): string {
  const one = `${file}${first === undefined ? '' : `, row ${first}`}, ${field}: ${message}`;
  if (count === 1) return one;
  const where = more.length > 0 ? ` (rows ${more.join(', ')}${count > more.length + 1 ? ', …' : ''})` : '';
  return `${one} … and ${count - 1} more of this kind${where}`;
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
  mutation Freeze($cohortId: ID!) {
    freezeCohort(cohortId: $cohortId) {
      id
    }
  }
`);

/** Freezes the cohort of all images. Equal images give the same snapshot, so a second demo finds its results. */
export async function freeze(client: Client, datasetId: string): Promise<string> {
  const cohortId = (await findCohort(client, datasetId)) ?? (await createCohort(client, datasetId));
  return (await client.request(freezeDocument, { cohortId })).freezeCohort.id;
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
