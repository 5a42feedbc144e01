import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import { evaluate } from '../evaluations/evaluations.service.ts';
import { readRequest } from '../requests/read-request.ts';
import type { RequestOf } from '../requests/requests.ts';
import { trainModel } from '../training/training.service.ts';
import { beginRun, endSucceeded } from './run-state.ts';
import { cancelRun } from './runs.service.ts';

let context: TestJobContext;
let tiny: TinyDataset;

beforeAll(async () => {
  context = await testJobContext();
  tiny = await tinyDataset(context.prisma, context.blobs);
}, 60_000);
afterAll(() => context.close());

const vote = () => fuseLabels(context, { snapshotId: tiny.snapshotId, method: 'majority-vote', size: 32 });

/** Marks the run as done without doing its work: these tests look at what the services check and write. */
async function succeed(runId: string): Promise<void> {
  const run = await beginRun(context.prisma, runId, {});
  if (run) await endSucceeded(context.prisma, { runId, attempt: run.attempt }, { result: {} });
}

async function finishedVote() {
  const fusion = await vote();
  await succeed(fusion.runId);
  return fusion;
}

async function finishedModel(
  method: string,
  { config, training }: { config?: object; training?: object } = {},
) {
  const fusionId = (await finishedVote()).id;
  const model = await trainModel(context, { fusionId, method, config, training });
  await succeed(model.runId);
  return model;
}

async function finishedDfGt() {
  const theta = await finishedModel('dl-cat');
  const fusion = await fuseLabels(context, {
    snapshotId: tiny.snapshotId,
    method: 'df-gt-expg',
    diagnosisModelIds: [theta.id],
  });
  await succeed(fusion.runId);
  return fusion;
}

const rejected = (code: string, message: RegExp) =>
  expect.objectContaining({
    message: expect.stringMatching(message) as string,
    extensions: expect.objectContaining({ code }) as object,
  }) as Error;

test('the same fusion asked for twice is one fusion, at its first size and state', async () => {
  const [first, second] = [await vote(), await vote()];
  expect(second.id).toBe(first.id);
  expect(first).toMatchObject({ transductive: false, permutedDiagnoses: false, height: 32, width: 32 });
});

test.each([
  [
    'an unknown method, naming the known ones',
    { method: 'majority' },
    'INVALID_INPUT',
    /'majority'.*majority-vote/,
  ],
  ['an unknown preset', { method: 'majority-vote', preset: 'big' }, 'INVALID_INPUT', /preset 'big'/],
  [
    'an unknown key of the config',
    { method: 'majority-vote', config: { tie: 'x' } },
    'INVALID_INPUT',
    /"tie"/,
  ],
  ['a size that networks cannot halve', { method: 'majority-vote', size: 50 }, 'INVALID_INPUT', /size 50/],
  ['a negative seed', { method: 'majority-vote', seed: -1 }, 'INVALID_INPUT', /seed -1/],
  [
    'DF-GT without a diagnosis model',
    { method: 'df-gt-expg' },
    'INVALID_INPUT',
    /needs a trained diagnosis model/,
  ],
  [
    'permuted diagnoses for a method that reads none',
    { method: 'majority-vote', permutedDiagnoses: true },
    'INVALID_INPUT',
    /reads no diagnoses/,
  ],
  [
    'an unknown snapshot',
    { method: 'majority-vote', snapshotId: 'nowhere' },
    'NOT_FOUND',
    /snapshot 'nowhere'/,
  ],
])('fuseLabels refuses %s', async (_what, input, code, message) => {
  const runs = await context.prisma.run.count();
  await expect(fuseLabels(context, { snapshotId: tiny.snapshotId, ...input })).rejects.toEqual(
    rejected(code, message),
  );
  expect(await context.prisma.run.count()).toBe(runs);
});

test('a fusion that reads diagnoses is marked, and its control is enqueued with it', async () => {
  const fusion = await finishedDfGt();
  expect(fusion).toMatchObject({ transductive: true, permutedDiagnoses: false });
  const controls = await context.prisma.fusion.findMany({
    where: { method: 'df-gt-expg', permutedDiagnoses: true },
    include: { run: true },
  });
  expect(controls).toHaveLength(1);
  expect(controls[0]).toMatchObject({ transductive: true, run: { status: 'queued', seed: 1 } });
});

test('DF-GT that fuses for its network’s own answer has seen no label and needs no control', async () => {
  const theta = await finishedModel('dl-cat');
  const fusion = await fuseLabels(context, {
    snapshotId: tiny.snapshotId,
    method: 'df-gt-raw',
    config: { label: 'pseudo' },
    diagnosisModelIds: [theta.id],
  });
  expect(fusion.transductive).toBe(false);
  expect(await context.prisma.fusion.count({ where: { method: 'df-gt-raw' } })).toBe(1);
});

test('DF-GT refuses, before anything is queued, a network that was configured to see masks in training alone', async () => {
  const { snapshotId } = tiny;
  const fuse = async (config: object) => {
    const { id } = await finishedModel('dl-att', { config });
    return fuseLabels(context, { snapshotId, method: 'df-gt-fourier', diagnosisModelIds: [id] });
  };
  await expect(fuse({ attention: 'predicted' })).rejects.toEqual(
    rejected(
      'INVALID_INPUT',
      /'dl-att', as it was configured, gives no gradient .* one of .*dl-att.* defaults/,
    ),
  );
  expect(await context.prisma.fusion.count({ where: { method: 'df-gt-fourier' } })).toBe(0);
  await expect(fuse({ attention: 'given' })).resolves.toMatchObject({ method: 'df-gt-fourier' });
});

test('training on a fusion that is not finished is refused as a conflict that names its run', async () => {
  const fusion = await fuseLabels(context, {
    snapshotId: tiny.snapshotId,
    method: 'majority-vote',
    size: 32,
    config: { output: 'hard' },
  });
  await expect(trainModel(context, { fusionId: fusion.id, method: 'dl-cat' })).rejects.toEqual(
    rejected('CONFLICT', new RegExp(`${fusion.runId} is queued; wait for it`)),
  );
  await cancelRun(context, fusion.runId);
  await expect(trainModel(context, { fusionId: fusion.id, method: 'dl-cat' })).rejects.toEqual(
    rejected('CONFLICT', /has no result/),
  );
});

test('Take and Give without its diagnosis model is refused, a diagnosis model with one too', async () => {
  const fusionId = (await finishedVote()).id;
  await expect(trainModel(context, { fusionId, method: 'take-and-give' })).rejects.toEqual(
    rejected('INVALID_INPUT', /needs a trained diagnosis model/),
  );
  const diagnosisModelId = (await finishedModel('dl-cat')).id;
  await expect(trainModel(context, { fusionId, method: 'baseline-dia', diagnosisModelId })).rejects.toEqual(
    rejected('INVALID_INPUT', /uses none/),
  );
});

test('a wrong training schedule is refused with place and value', async () => {
  const input = { fusionId: (await finishedVote()).id, method: 'dl-cat', training: { epochs: 0 } };
  await expect(trainModel(context, input)).rejects.toEqual(
    rejected('INVALID_INPUT', /training\.epochs: .*received 0/),
  );
});

test('a judge must be a diagnosis model of the same size', async () => {
  const segmentation = await finishedModel('baseline-seg');
  const fusionId = (await finishedVote()).id;
  await expect(evaluate(context, { fusionId, judgeModelId: segmentation.id })).rejects.toEqual(
    rejected('INVALID_INPUT', /judgeModelId .* segmentation model 'baseline-seg'/),
  );
  const larger = await fuseLabels(context, {
    snapshotId: tiny.snapshotId,
    method: 'majority-vote',
    size: 64,
  });
  await succeed(larger.runId);
  const judge = await finishedModel('dl-cat');
  await expect(evaluate(context, { fusionId: larger.id, judgeModelId: judge.id })).rejects.toEqual(
    rejected('INVALID_INPUT', /works at 32×32 pixels, fusion '.*' at 64×64/),
  );
});

test('an evaluation wants exactly one of a fusion and a model', async () => {
  const judge = await finishedModel('dl-cat');
  for (const input of [{}, { fusionId: 'a', modelId: 'b' }]) {
    await expect(evaluate(context, { ...input, judgeModelId: judge.id })).rejects.toEqual(
      rejected('INVALID_INPUT', /exactly one/),
    );
  }
});

test('the evaluation of a fusion that has seen labels carries the flag and its controls', async () => {
  const fusion = await finishedDfGt();
  const judge = await finishedModel('dl-cat');
  const [first] = await context.prisma.fusion.findMany({ where: { permutedDiagnoses: true } });
  const asked = { fusionId: fusion.id, judgeModelId: judge.id };
  const evaluation = await evaluate(context, asked);
  const { controlFusionIds } = await requestOf(evaluation);
  expect(evaluation.transductive).toBe(true);
  // Five by default; the first was begun with the fusion.
  expect(new Set(controlFusionIds).size).toBe(5);
  expect(controlFusionIds[0]).toBe(first.id);
  const controls = await context.prisma.fusion.findMany({
    where: { id: { in: controlFusionIds } },
    include: { run: true },
    orderBy: { id: 'asc' },
  });
  expect(controls.map(({ run }) => readRequest('fusion', run).permutation)).toEqual(
    [0, 1, 2, 3, 4].map((index) => ({ index, by: 'subject' })),
  );
  const fewer = await requestOf(await evaluate(context, { ...asked, permutations: 2 }));
  expect(fewer.controlFusionIds).toEqual(controlFusionIds.slice(0, 2));
  await expect(evaluate(context, { ...asked, permutations: 0 })).rejects.toEqual(
    rejected('INVALID_INPUT', /permutations 0: expected a whole number from 1 to 100/),
  );
});

async function requestOf({ runId }: { readonly runId: string }): Promise<RequestOf<'evaluation'>> {
  return readRequest('evaluation', await context.prisma.run.findUniqueOrThrow({ where: { id: runId } }));
}

test('without a judge no diagnosis is read: masks are compared, and no control is needed', async () => {
  const fusion = await finishedDfGt();
  const evaluation = await evaluate(context, { fusionId: fusion.id });
  const { config } = await context.prisma.run.findUniqueOrThrow({ where: { id: evaluation.runId } });
  expect(evaluation).toMatchObject({ judgeModelId: null, transductive: true });
  expect(config).toMatchObject({ judgeModelId: null, controlFusionIds: [] });
});

test('a control that was cancelled is asked for again by the evaluation that needs it', async () => {
  const fusion = await finishedDfGt();
  const judge = await finishedModel('dl-cat');
  const old = await context.prisma.fusion.findFirstOrThrow({ where: { permutedDiagnoses: true } });
  await cancelRun(context, old.runId);
  const evaluation = await evaluate(context, { fusionId: fusion.id, judgeModelId: judge.id, seed: 2 });
  const [controlFusionId] = (await requestOf(evaluation)).controlFusionIds;
  expect(controlFusionId).not.toBe(old.id);
  expect(await context.prisma.fusion.findUnique({ where: { id: controlFusionId } })).toMatchObject({
    permutedDiagnoses: true,
  });
});

test('a diagnosis model that was trained on another snapshot is refused', async () => {
  const { snapshotId } = tiny;
  const images = await context.prisma.snapshotImage.findMany({
    where: { snapshotId },
    include: { image: true },
  });
  const [{ image }] = images as [(typeof images)[number]];
  const cohort = await context.prisma.cohort.create({
    data: { datasetId: tiny.datasetId, name: 'another' },
  });
  const bare = await context.prisma.snapshot.create({
    data: {
      cohortId: cohort.id,
      hash: '0'.repeat(64),
      imageCount: 1,
      images: { create: { imageId: image.id, position: 0, split: 'train' } },
    },
  });
  const theta = await finishedModel('dl-cat');
  const input = { snapshotId: bare.id, method: 'df-gt-expg', diagnosisModelIds: [theta.id] };
  await expect(fuseLabels(context, input)).rejects.toEqual(rejected('INVALID_INPUT', /comes from snapshot/));
});

test.each<[string, object, RegExp]>([
  [
    'dl-roi',
    {},
    /'dl-roi', as it was configured, gives no gradient for the mask, which 'take-and-give' needs/,
  ],
  ['no-mask', {}, /'no-mask', .*: expected one of (?!.*dl-roi)(?!.*no-mask).*dl-cat/],
  ['dl-seat', { segmentation: 'predicted', segmentationWeight: 0.2 }, /'dl-seat', .* gives no gradient/],
])('Take and Give refuses %s, whose features or mask it cannot use', async (method, config, message) => {
  const { id: diagnosisModelId } = await finishedModel(method, { config });
  const { id: fusionId } = await finishedVote();
  const asked = trainModel(context, { fusionId, method: 'take-and-give', diagnosisModelId });
  await expect(asked).rejects.toEqual(rejected('INVALID_INPUT', message));
  expect(await context.prisma.model.count({ where: { method: 'take-and-give' } })).toBe(0);
});

describe('cross-fitting', () => {
  const leftOut = (index: number, of = 2) =>
    finishedModel('dl-cat', { training: { leaveOut: { index, of } } });
  const ask = (models: readonly { id: string }[], input: object = {}) =>
    fuseLabels(context, {
      snapshotId: tiny.snapshotId,
      method: 'df-gt-training-map',
      diagnosisModelIds: models.map(({ id }) => id),
      ...input,
    });

  test('a fusion keeps its models in the order of their folds, named in whatever order', async () => {
    const [first, second] = [await leftOut(0), await leftOut(1)];
    const fusion = await ask([second, first]);
    expect((await ask([first, second])).id).toBe(fusion.id);
    const rows = await context.prisma.fusionDiagnosisModel.findMany({
      where: { fusionId: fusion.id },
      orderBy: { position: 'asc' },
    });
    expect(rows.map(({ position, modelId }) => [position, modelId])).toEqual([
      [0, first.id],
      [1, second.id],
    ]);
  });

  test('other models are another fusion; one model that knows all training images is asked about all', async () => {
    const [one, two] = [
      await ask([await leftOut(0), await leftOut(1)]),
      await ask([await finishedModel('dl-cat')]),
    ];
    expect(one.id).not.toBe(two.id);
    const other = await ask([
      await leftOut(0),
      await finishedModel('dl-seat', { training: { leaveOut: { index: 1, of: 2 } } }),
    ]);
    expect([one.id, two.id]).not.toContain(other.id);
  });

  test('folds that are missing, overlap or stand twice are refused by the models that left them out', async () => {
    const [first, second, third] = [await leftOut(0), await leftOut(1), await leftOut(1, 3)];
    const again = await finishedModel('baseline-dia', { training: { leaveOut: { index: 0, of: 2 } } });
    const all = await finishedModel('dl-cat');
    const refused = (models: readonly { id: string }[], message: string) =>
      expect(ask(models)).rejects.toEqual(rejected('INVALID_INPUT', new RegExp(message)));
    await refused([first], `^diagnosisModelIds: fold 1 of 2 is missing: '${first.id}' left out fold 0 of 2$`);
    await refused(
      [first, third],
      `fold 0 of 2 and fold 1 of 3 overlap: .*'${third.id}' left out fold 1 of 3`,
    );
    await refused([first, second, again], `fold 0 of 2 is there 2 times: .*'${again.id}'`);
    await refused([first, all], `'${all.id}' was trained on all training images`);
    await refused([first, first], `'${first.id}' is named twice`);
    await refused([], 'needs a trained diagnosis model');
  });

  test('a fusion that asks one model, or none, is not given several', async () => {
    const models = [await leftOut(0), await leftOut(1)];
    await expect(ask(models, { method: 'df-gt-expg' })).rejects.toEqual(
      rejected('INVALID_INPUT', /'df-gt-expg' asks one .* several can be asked by df-gt-training-map/),
    );
    await expect(ask(models, { method: 'majority-vote' })).rejects.toEqual(
      rejected('INVALID_INPUT', /'majority-vote' uses no diagnosis model/),
    );
    // One that left out a fold may be asked by a fusion that does not cross-fit.
    await expect(ask(models.slice(0, 1), { method: 'df-gt-expg' })).resolves.toBeDefined();
  });

  test('a model in training is a conflict that names its run', async () => {
    const { id: fusionId } = await finishedVote();
    const training = { leaveOut: { index: 1, of: 3 }, epochs: 2 };
    const unfinished = await trainModel(context, { fusionId, method: 'dl-cat', training });
    await expect(ask([await leftOut(0, 3), unfinished])).rejects.toEqual(
      rejected('CONFLICT', new RegExp(`${unfinished.runId} is queued; wait for it`)),
    );
  });
});

test('an evaluation of another split than the test images gets a control of that split', async () => {
  const fusion = await finishedDfGt();
  const judge = await finishedModel('dl-cat');
  const ask = async (split: 'test' | 'train') => {
    const asked = { fusionId: fusion.id, judgeModelId: judge.id, split };
    const [controlFusionId] = (await requestOf(await evaluate(context, asked))).controlFusionIds;
    return context.prisma.fusion.findUniqueOrThrow({
      where: { id: controlFusionId },
      include: { run: true },
    });
  };
  const [test, train] = [await ask('test'), await ask('train')];
  expect(train.id).not.toBe(test.id);
  expect([test.run.config, train.run.config]).toMatchObject([{ splits: ['test'] }, { splits: ['train'] }]);
  await succeed(test.runId);
  await expect(trainModel(context, { fusionId: test.id, method: 'dl-cat' })).rejects.toEqual(
    rejected('INVALID_INPUT', /masks of 'test' only, 'train' is asked for/),
  );
});
