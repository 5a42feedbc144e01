import type { Client } from './client.ts';
import { progressLine } from './progress.ts';

/** Ids of everything that the main job made, for the queries that read the results. */
export interface MainJob {
  readonly datasetId: string;
  readonly snapshotId: string;
  readonly fusions: readonly { readonly id: string; readonly evaluationId: string | null }[];
  readonly models: readonly { readonly id: string; readonly evaluationId: string }[];
  readonly seconds: number;
}

interface Settings {
  readonly preset: string;
  readonly seed: number;
}

interface Started {
  readonly id: string;
  readonly run: { readonly id: string };
}

/**
 * The whole way of the paper, each step the mutation that any user would send:
 * import → cohort → majority vote → diagnosis models → DF-GT → segmentation models → evaluations.
 */
export async function runMainJob(client: Client, manifest: string, settings: Settings): Promise<MainJob> {
  const begin = Date.now();
  const datasetId = await importDataset(client, manifest);
  const snapshotId = await freeze(client, datasetId);
  const step = steps(client, settings);

  const vote = await step.fuse('majority-vote', { snapshotId });
  const judge = await step.train('baseline-dia', { fusionId: vote.id });
  const theta = await step.train('dl-cat', { fusionId: vote.id });
  const dfgt = await step.fuse('df-gt-expg', { snapshotId, diagnosisModelId: theta.id });
  const fusions = [];
  for (const fusion of [vote, dfgt]) {
    const evaluation = await step.evaluate(fusion.name, { fusionId: fusion.id, judgeModelId: judge.id });
    fusions.push({ id: fusion.id, evaluationId: evaluation.id });
  }

  const baseline = await step.train('baseline-seg', { fusionId: dfgt.id });
  const takeAndGive = await step.train('take-and-give', { fusionId: dfgt.id, diagnosisModelId: judge.id });
  const models = [];
  for (const model of [baseline, takeAndGive]) {
    const evaluation = await step.evaluate(model.name, { modelId: model.id, judgeModelId: judge.id });
    models.push({ id: model.id, evaluationId: evaluation.id });
  }
  return { datasetId, snapshotId, fusions, models, seconds: (Date.now() - begin) / 1000 };
}

async function importDataset(client: Client, manifest: string): Promise<string> {
  const { importDataset: run } = await client.request<{ importDataset: { id: string } }>(
    /* GraphQL */ `
      mutation Import($input: ImportDatasetInput!) {
        importDataset(input: $input) {
          id
        }
      }
    `,
    { input: { path: manifest } },
  );
  await follow(client, 'import', run.id);
  const { run: ended } = await client.request<{ run: { result: { datasetId: string } } }>(
    /* GraphQL */ `
      query Imported($id: ID!) {
        run(id: $id) {
          result
        }
      }
    `,
    { id: run.id },
  );
  return ended.result.datasetId;
}

async function freeze(client: Client, datasetId: string): Promise<string> {
  const { createCohort: cohort } = await client.request<{ createCohort: { id: string } }>(
    /* GraphQL */ `
      mutation Cohort($input: CreateCohortInput!) {
        createCohort(input: $input) {
          id
        }
      }
    `,
    { input: { datasetId, name: `all images, ${new Date().toISOString()}` } },
  );
  const { freezeCohort: snapshot } = await client.request<{ freezeCohort: { id: string } }>(
    /* GraphQL */ `
      mutation Freeze($cohortId: ID!) {
        freezeCohort(cohortId: $cohortId) {
          id
        }
      }
    `,
    { cohortId: cohort.id },
  );
  return snapshot.id;
}

/** The three mutations that start a run, each followed to its end. */
function steps(client: Client, { preset, seed }: Settings) {
  async function start(field: string, inputType: string, label: string, input: object): Promise<Started> {
    const document = `mutation Start($input: ${inputType}!) { ${field}(input: $input) { id run { id } } }`;
    const answer = await client.request<Record<string, Started>>(document, { input: { ...input, seed } });
    await follow(client, label, answer[field].run.id);
    return answer[field];
  }
  return {
    fuse: async (method: string, input: object) => ({
      name: method,
      ...(await start('fuseLabels', 'FuseLabelsInput', `fuse ${method}`, { method, preset, ...input })),
    }),
    train: async (method: string, input: object) => ({
      name: method,
      ...(await start('trainModel', 'TrainModelInput', `train ${method}`, { method, preset, ...input })),
    }),
    evaluate: async (name: string, input: object) =>
      start('evaluate', 'EvaluateInput', `evaluate ${name}`, input),
  };
}

async function follow(client: Client, label: string, runId: string): Promise<void> {
  const line = progressLine(label);
  await client.follow(runId, (progress) => line.update(progress));
  line.end();
}
