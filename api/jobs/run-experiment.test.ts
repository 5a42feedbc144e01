import { ended } from '../../tests/helpers/ended.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, tinyResnet, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { auc } from '../../ml/statistics/auc.ts';
import { runExperiment, type RunExperimentInput } from '../experiments/experiments.service.ts';
import { cancelRun } from '../runs/runs.service.ts';
import type { QueueWorker } from '../queue/queue-worker.ts';
import { startWorker } from '../worker/start-worker.ts';

let context: TestJobContext;
let tiny: TinyDataset;
let worker: QueueWorker;

beforeAll(async () => {
  context = await testJobContext();
  tiny = await tinyDataset(context.prisma, context.blobs);
  worker = await startWorker(context);
}, 120_000);
afterAll(async () => {
  await worker.close();
  await context.close();
});

/** The smallest work that has everything: a network, a fusion that sees labels, one that learns from training images. */
const small = {
  models: ['dl-cat'],
  permutations: 2,
  fusions: ['majority-vote', 'df-gt-raw'],
  training: { epochs: 1, minSteps: 0, batchSize: 2 },
  settings: {
    'dl-cat': { resnet: tinyResnet },
    'df-gt-raw': { steps: 3 },
    'df-gt-training-map': { steps: 3, hidden: 4 },
  },
};

const ask = (input: Partial<RunExperimentInput> = {}) =>
  runExperiment(context, {
    snapshotId: tiny.snapshotId,
    size: tiny.size,
    experiment: 'figure-4',
    config: small,
    ...input,
  });

async function succeeded(input: Partial<RunExperimentInput> = {}) {
  const { id, runId } = await ask(input);
  const run = await ended(context, runId);
  if (run.status !== 'succeeded') throw new Error(`${run.status}: ${run.errorStack}`);
  return context.prisma.experiment.findUniqueOrThrow({
    where: { id },
    include: {
      steps: { include: { run: { include: { evaluation: { include: { scores: true } } } } } },
      rows: { include: { steps: true }, orderBy: { position: 'asc' } },
    },
  });
}

test('Figure 4: its table has both protocols, the permuted control and paired tests, each row with its steps', async () => {
  const { steps, rows } = await succeeded();
  expect(steps.every(({ run }) => run.status === 'succeeded')).toBe(true);
  const table = rows.map(({ protocol, method, metric, against }) => [protocol, method, metric, against]);
  expect(table).toEqual([
    ['both', 'majority-vote', 'auc', null],
    ['both', 'majority-vote', 'mask_sensitivity', null],
    ['paper', 'df-gt-raw', 'auc', null],
    ['paper', 'df-gt-raw', 'permuted_auc', null],
    ['paper', 'df-gt-raw', 'mask_sensitivity', null],
    ['leak-controlled', 'df-gt-training-map expg', 'auc', null],
    ['leak-controlled', 'df-gt-training-map expg', 'mask_sensitivity', null],
    ['leak-controlled', 'df-gt-training-map expg, labels permuted', 'auc', null],
    ['leak-controlled', 'df-gt-training-map expg, labels permuted', 'mask_sensitivity', null],
    ['paper', 'df-gt-raw', 'auc_difference', 'majority-vote'],
    ['leak-controlled', 'df-gt-training-map expg', 'auc_difference', 'majority-vote'],
    ['leak-controlled', 'df-gt-training-map expg, labels permuted', 'auc_difference', 'majority-vote'],
  ]);
  expect(rows.filter(({ transductive }) => transductive).map(({ method }) => method)).toEqual(
    Array.from({ length: 4 }, () => 'df-gt-raw'),
  );
  // Of two permutations each: as published two fusions of the test images, with the leak closed two of all images.
  const [published, closed] = [
    rows.find(({ metric }) => metric === 'permuted_auc'),
    rows.find(({ metric, method }) => metric === 'auc' && method.endsWith('permuted')),
  ];
  for (const control of [published, closed]) {
    expect(control).toMatchObject({ interval: 'permutations', pValue: null });
    expect(control?.note).toMatch(/^mean of 2 permutations, which gave \d\.\d{3} to \d\.\d{3}$/);
  }
  expect([published?.steps.length, closed?.steps.length]).toEqual([1, 2]);
  const [vote] = rows;
  const evaluation = steps.find(({ position }) => position === vote?.steps[0]?.position)?.run.evaluation;
  const diagnoses = await context.prisma.diagnosis.findMany({ where: { source: 'reference' } });
  const labels = evaluation!.scores.map(
    ({ imageId }) => diagnoses.find((one) => one.imageId === imageId)!.value as 0 | 1,
  );
  const logits = evaluation!.scores.map(({ logit }) => logit);
  expect(vote?.value).toBeCloseTo(auc(logits, labels).value!, 12);
});

test('asked again it is the first one; another experiment takes up the work that is the same', async () => {
  const first = await succeeded();
  expect((await ask()).id).toBe(first.id);
  const raw = { ...small, fusions: ['df-gt-raw'] };
  const second = await succeeded({ config: raw });
  expect(second.id).not.toBe(first.id);
  const known = new Set(first.steps.map(({ runId }) => runId));
  expect(second.steps.every(({ runId }) => known.has(runId))).toBe(true);
});

test('done once more, its steps are done once more too, and its table is the same', async () => {
  const config = { ...small, fusions: ['majority-vote'] };
  const first = await succeeded({ config });
  const second = await succeeded({ config, again: true });
  const runs = ({ steps }: typeof first) => new Set(steps.map(({ runId }) => runId));
  expect(runs(second).size).toBe(runs(first).size);
  expect([...runs(second)].filter((id) => runs(first).has(id))).toEqual([]);
  const table = ({ rows }: typeof first) => rows.map(({ method, metric, value }) => [method, metric, value]);
  expect(table(second)).toEqual(table(first));
});

test('Take and Give on DF-GT with the leak closed, from one request', async () => {
  const tinySegmentation = { resnet: tinyResnet, decoderWidth: 4, heads: 1, blocks: ['B3'] };
  const settings = {
    ...small.settings,
    'baseline-dia': { resnet: tinyResnet, attentionWidth: 2, maskEmbedding: [2, 2] },
    'take-and-give': tinySegmentation,
  };
  const { steps, rows } = await succeeded({
    experiment: 'train',
    config: { protocol: 'leak-controlled', training: small.training, settings },
  });
  const places = rows.map(({ protocol, method, model, judge, structure, metric }) =>
    [protocol, method, model, judge ?? structure, metric].join(' · '),
  );
  expect(places).toEqual(
    ['disc · soft_dice', 'cup · soft_dice', 'baseline-dia · auc'].map(
      (end) => `leak-controlled · df-gt-training-map expg · take-and-give · ${end}`,
    ),
  );
  expect(rows.filter(({ transductive }) => transductive)).toEqual([]);
  // Two compare masks, and count those that are empty; the AUC compares none.
  expect(rows.map(({ oneEmptyCount }) => typeof oneEmptyCount)).toEqual(['number', 'number', 'object']);
  expect(steps.map(({ label }) => label)).toContain('train take-and-give');
});

test('with two seeds: each seed’s number and the mean of both with its interval', async () => {
  const { rows } = await succeeded({
    experiment: 'figure-6',
    config: {
      fusions: ['df-gt-raw'],
      training: small.training,
      settings: small.settings,
      seeds: [1, 2],
    },
  });
  const energy = rows.filter(({ metric, method }) => metric === 'spectral_energy' && method === 'df-gt-raw');
  expect(energy.map(({ seeds, interval }) => [seeds, interval])).toEqual([
    [[1], 'normal'],
    [[2], 'normal'],
    [[1, 2], 'seeds'],
  ]);
  const [one, two, both] = energy.map(({ value }) => value!);
  expect(both).toBeCloseTo((one + two) / 2, 12);
  const moved = (suffix: string) =>
    rows.find(({ metric, method }) => metric === 'movement' && method === `df-gt-raw${suffix}`)!;
  expect(moved('').value).toBeGreaterThan(0);
  expect(moved(', 1e-4 × 125').value).toBeGreaterThan(0);
  // Free logits that have moved by 0.01 at most are at the vote.
  expect(moved(', 1e-4 × 125').value).toBeLessThan(0.01);
});

test('cancelled, it stops the work that it began and has no table', async () => {
  const long = { ...small, fusions: ['majority-vote'], training: { epochs: 5000, batchSize: 2 } };
  const { id, runId } = await ask({ config: long });
  const stepsOf = () =>
    context.prisma.experimentStep.findMany({ where: { experimentId: id }, include: { run: true } });
  while (!(await stepsOf()).some(({ run }) => run.kind === 'training' && run.status === 'running')) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await cancelRun(context, runId);
  expect((await ended(context, runId)).status).toBe('cancelled');
  const live = (await stepsOf()).filter(({ run }) => run.kind === 'training');
  expect(live.length).toBeGreaterThan(0);
  for (const { run } of live) expect((await ended(context, run.id)).status).toBe('cancelled');
  expect(await context.prisma.experimentRow.count({ where: { experimentId: id } })).toBe(0);
});

test('a step that fails ends it with the step’s name and reason', async () => {
  const broken = { ...small, training: { ...small.training, learningRate: 1, clipValue: null } };
  const config = {
    ...broken,
    fusions: ['single-rater'],
    settings: { ...small.settings, 'single-rater': { rater: 'nobody' } },
  };
  const { runId } = await ask({ config });
  const run = await ended(context, runId);
  expect(run.status).toBe('failed');
  expect(run.errorMessage).toMatch(/step 'fuse single-rater' .* failed: no rater 'nobody'/);
});

test('an unknown experiment is an error of the field that names it', async () => {
  await expect(ask({ experiment: 'figure-7' })).rejects.toMatchObject({
    extensions: { field: 'experiment' },
  });
});

test.each([
  [{ experiment: 'figure-7' }, "unknown experiment 'figure-7'"],
  [{ config: { ...small, models: ['nobody'] } }, "config: unknown diagnosis model 'nobody'"],
  [{ config: { ...small, theta: 'no-such' } }, "config: unknown diagnosis model 'no-such'"],
  [{ config: { seeds: [] } }, 'config'],
  [{ size: 33 }, 'size 33'],
])('%j is refused before any work', async (input, message) => {
  await expect(ask(input)).rejects.toThrow(message);
});
