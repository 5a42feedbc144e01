import type { Client } from '../client/client.ts';
import { follow, freeze, importDataset } from '../client/cohort.ts';

/** A fusion or a model with its evaluation: the ids that the results are asked for by. */
export interface Made {
  readonly name: string;
  readonly id: string;
  readonly evaluationId: string;
}

/** Everything that the main job made. */
export interface MainJob {
  readonly datasetId: string;
  readonly snapshotId: string;
  /** Whether there are training images of both diagnoses. Without, all that reads a diagnosis is left out. */
  readonly diagnosed: boolean;
  readonly fusions: readonly Made[];
  readonly models: readonly Made[];
  readonly seconds: number;
}

interface Settings {
  readonly preset: string;
  readonly seed: number;
}

interface Named {
  readonly name: string;
  readonly id: string;
}

interface Started {
  readonly id: string;
  readonly run: { readonly id: string };
}

/**
 * The whole way of the paper, each step the mutation that any user would send:
 * import → cohort → majority vote → diagnosis models → DF-GT → segmentation models → evaluations.
 * Data without diagnoses goes the part of it that reads none: majority vote → Baseline-Seg → evaluations.
 */
export async function runMainJob(client: Client, manifest: string, settings: Settings): Promise<MainJob> {
  const begin = Date.now();
  const datasetId = await importDataset(client, manifest);
  const snapshotId = await freeze(client, datasetId);
  const diagnosed = await hasDiagnoses(client, datasetId);
  const step = steps(client, settings);
  const vote = await step.fuse('majority-vote', { snapshotId });
  const made = diagnosed ? await withDiagnoses(step, snapshotId, vote) : await withoutDiagnoses(step, vote);
  return { datasetId, snapshotId, diagnosed, ...made, seconds: (Date.now() - begin) / 1000 };
}

type Steps = ReturnType<typeof steps>;
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

/** What the 160 training images of a demo phantom get in 12 epochs; 50 real images would get 72, too few to learn. */
const demoTraining = { minSteps: 240 };

/** The three mutations that start a run, each followed to its end. */
function steps(client: Client, { preset, seed }: Settings) {
  async function start(field: string, inputType: string, label: string, input: object): Promise<Started> {
    const document = `mutation Start($input: ${inputType}!) { ${field}(input: $input) { id run { id } } }`;
    const answer = await client.request<Record<string, Started>>(document, { input: { ...input, seed } });
    await follow(client, label, answer[field].run.id);
    return answer[field];
  }
  return {
    fuse: async (method: string, input: object): Promise<Named> => {
      const { id } = await start('fuseLabels', 'FuseLabelsInput', `fuse ${method}`, {
        method,
        preset,
        ...input,
      });
      return { name: method, id };
    },
    train: async (method: string, input: object): Promise<Named> => {
      const { id } = await start('trainModel', 'TrainModelInput', `train ${method}`, {
        method,
        preset,
        ...(preset === 'demo' && { training: demoTraining }),
        ...input,
      });
      return { name: method, id };
    },
    evaluate: async ({ name, id }: Named, input: object): Promise<Made> => {
      const evaluation = await start('evaluate', 'EvaluateInput', `evaluate ${name}`, input);
      return { name, id, evaluationId: evaluation.id };
    },
  };
}
