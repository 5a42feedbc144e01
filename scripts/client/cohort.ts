import type { Client } from './client.ts';
import type { Reading } from './common-options.ts';
import { graphql, type ResultOf } from './graphql.ts';
import { progressLine } from './progress.ts';

interface ImportResult {
  readonly datasetId: string;
  readonly dataset: string;
  readonly skippedRows: number;
  readonly imagesWithdrawn?: number;
  readonly annotationsWithdrawn?: number;
  readonly diagnosesWithdrawn?: number;
  readonly leftWithdrawn?: { readonly shown: readonly string[] } & Readonly<Record<Kind, number>>;
}

const kinds = ['images', 'annotations', 'diagnoses'] as const;
type Kind = (typeof kinds)[number];

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
  { labels: _, ...reading }: Reading = {},
): Promise<string> {
  const { importDataset: run } = await client.request(importDocument, { input: { path, ...reading } });
  await follow(client, 'import', run.id);
  const { run: ended } = await client.request(importedDocument, { id: run.id });
  const causes = ended?.problemCauses ?? [];
  const result = ended?.result as ImportResult;
  for (const line of [...foundOf(result, causes), ...takenBack(result)]) console.log(line);
  return result.datasetId;
}

/** What the import found wrong or odd, a line a cause. */
function foundOf({ skippedRows }: ImportResult, causes: readonly Cause[]): string[] {
  const linesOf = (severity: Cause['severity']): string[] =>
    causes.filter((cause) => cause.severity === severity).map((cause) => `    ${describeCause(cause)}`);
  const odd = linesOf('warning');
  return [
    ...(skippedRows > 0 ? [`  left out ${skippedRows} rows:`, ...linesOf('error')] : []),
    ...(odd.length > 0 ? ['  to be looked at:', ...odd] : []),
  ];
}

/** What the import took back, or did not bring back: nobody should have to ask for it. */
function takenBack({ leftWithdrawn, ...result }: ImportResult): string[] {
  const lines: string[] = [];
  const withdrawn = kinds.map((kind) => [kind, result[`${kind}Withdrawn`] ?? 0] as const);
  const gone = withdrawn.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
  if (gone.length > 0) lines.push(`  withdrawn, being gone from the folder: ${gone.join(', ')}`);
  const left = leftWithdrawn ? kinds.filter((kind) => leftWithdrawn[kind] > 0) : [];
  if (!leftWithdrawn || left.length === 0) return lines;
  lines.push(
    `  withdrawn before, and left so (--restore): ${left.map((kind) => `${leftWithdrawn[kind]} ${kind}`).join(', ')}`,
  );
  return [...lines, ...leftWithdrawn.shown.map((line) => `    ${line}`)];
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
  query Cohorts($id: ID, $name: String) {
    dataset(id: $id, name: $name) {
      id
      withdrawal {
        actor
        reason
      }
      cohorts {
        id
        name
      }
    }
  }
`);

const datasetsDocument = graphql(`
  query DatasetNames {
    datasets(first: 100) {
      nodes {
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

export interface Frozen {
  readonly datasetId: string;
  readonly snapshotId: string;
}

/** Freezes the cohort of all images. Equal images give the same snapshot, so a second demo finds its results. */
export async function freeze(client: Client, datasetId: string, labels?: object): Promise<string> {
  const { dataset } = await client.request(cohortsDocument, { id: datasetId });
  const found = dataset?.cohorts.find(({ name }) => name === cohortName)?.id;
  return freezeCohort(client, found ?? (await createCohort(client, datasetId)), labels);
}

/** Freezes a cohort of a stored dataset, both by name. @throws Error with the names that there are. */
export async function freezeStored(
  client: Client,
  name: string,
  cohort = cohortName,
  labels?: object,
): Promise<Frozen> {
  const { dataset } = await client.request(cohortsDocument, { name });
  if (!dataset) throw new Error(`--dataset '${name}': ${await namesOfDatasets(client)}`);
  const { id: datasetId, withdrawal, cohorts } = dataset;
  if (withdrawal)
    throw new Error(`--dataset '${name}': withdrawn by ${withdrawal.actor} (${withdrawal.reason})`);
  if (cohort === cohortName) return { datasetId, snapshotId: await freeze(client, datasetId, labels) };
  const found = cohorts.find((one) => one.name === cohort);
  if (found) return { datasetId, snapshotId: await freezeCohort(client, found.id, labels) };
  const names = cohorts.map((one) => `'${one.name}'`).join(', ') || 'none yet';
  throw new Error(`--cohort '${cohort}': the cohorts of dataset '${name}' are ${names}`);
}

async function namesOfDatasets(client: Client): Promise<string> {
  const { datasets } = await client.request(datasetsDocument, {});
  const names = datasets.nodes.map(({ name }) => `'${name}'`).join(', ');
  return names ? `the stored datasets are ${names}` : 'no dataset is stored yet: import one with --data';
}

async function freezeCohort(client: Client, cohortId: string, labels?: object): Promise<string> {
  return (await client.request(freezeDocument, { cohortId, labels })).freezeCohort.id;
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
