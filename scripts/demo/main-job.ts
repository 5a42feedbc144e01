import type { Client } from '../client/client.ts';
import { freeze, importDataset } from '../client/cohort.ts';
import type { Reading } from '../client/common-options.ts';
import { createSteps, type Evaluated, type Named, type Settings, type Steps } from '../client/steps.ts';

/** Everything that the main job made. */
export interface MainJob {
  readonly datasetId: string;
  readonly snapshotId: string;
  /** Whether there are training images of both diagnoses. Without, all that reads a diagnosis is left out. */
  readonly diagnosed: boolean;
  readonly fusions: readonly Evaluated[];
  readonly models: readonly Evaluated[];
  readonly seconds: number;
}

/**
 * The whole way of the paper, each step the mutation that any user would send:
 * import → cohort → majority vote → diagnosis models → DF-GT → segmentation models → evaluations.
 * Data without diagnoses goes the part of it that reads none: majority vote → Baseline-Seg → evaluations.
 */
export async function runMainJob(
  client: Client,
  folder: string,
  settings: Settings & { readonly reading: Reading },
): Promise<MainJob> {
  const begin = Date.now();
  const datasetId = await importDataset(client, folder, settings.reading);
  const snapshotId = await freeze(client, datasetId);
  const diagnosed = await hasDiagnoses(client, datasetId);
  const step = createSteps(client, settings);
  const vote = await step.fuse('majority-vote', { snapshotId });
  const made = diagnosed ? await withDiagnoses(step, snapshotId, vote) : await withoutDiagnoses(step, vote);
  return { datasetId, snapshotId, diagnosed, ...made, seconds: (Date.now() - begin) / 1000 };
}

type MadeOnes = Pick<MainJob, 'fusions' | 'models'>;

async function withDiagnoses(step: Steps, snapshotId: string, vote: Named): Promise<MadeOnes> {
  const judge = await step.train('baseline-dia', { fusionId: vote.id });
  const theta = await step.train('dl-cat', { fusionId: vote.id });
  const dfgt = await step.fuse('df-gt-expg', { snapshotId, diagnosisModelIds: [theta.id] });
  const fusions = [];
  for (const fusion of [vote, dfgt])
    fusions.push(await step.evaluate(fusion, { fusionId: fusion.id, judgeModelId: judge.id }));

  const baseline = await step.train('baseline-seg', { fusionId: dfgt.id });
  const takeAndGive = await step.train('take-and-give', { fusionId: dfgt.id, diagnosisModelId: judge.id });
  const models = [];
  for (const model of [baseline, takeAndGive])
    models.push(await step.evaluate(model, { modelId: model.id, judgeModelId: judge.id }));
  return { fusions, models };
}

async function withoutDiagnoses(step: Steps, vote: Named): Promise<MadeOnes> {
  const fusions = [await step.evaluate(vote, { fusionId: vote.id })];
  const baseline = await step.train('baseline-seg', { fusionId: vote.id });
  return { fusions, models: [await step.evaluate(baseline, { modelId: baseline.id })] };
}

/** A diagnosis can be learned where training images of both values are there. */
async function hasDiagnoses(client: Client, datasetId: string): Promise<boolean> {
  const { negative, positive } = await client.request<Record<string, { totalCount: number }>>(
    /* GraphQL */ `
      query Diagnosed($datasetId: ID!) {
        negative: images(
          filter: { datasetId: { eq: $datasetId }, split: { eq: train }, diagnosis: { eq: 0 } }
        ) {
          totalCount
        }
        positive: images(
          filter: { datasetId: { eq: $datasetId }, split: { eq: train }, diagnosis: { eq: 1 } }
        ) {
          totalCount
        }
      }
    `,
    { datasetId },
  );
  return negative.totalCount > 0 && positive.totalCount > 0;
}
