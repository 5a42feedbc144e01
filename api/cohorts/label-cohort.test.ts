import { createHash } from 'node:crypto';
import { ended } from '../../tests/helpers/ended.ts';
import { folderOf, freshName, grey } from '../../tests/helpers/image-folder.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { measureAgreement } from '../agreement/agreement.service.ts';
import { importDataset } from '../datasets/import/import-dataset.ts';
import { runExperiment } from '../experiments/experiments.service.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import type { QueueWorker } from '../queue/queue-worker.ts';
import { openStoreSource } from '../storage/store-source.ts';
import { trainModel } from '../training/training.service.ts';
import { startWorker } from '../worker/start-worker.ts';
import { createCohort, freezeCohort } from './cohorts.service.ts';

let context: TestJobContext;
let worker: QueueWorker;

beforeAll(async () => {
  context = await testJobContext();
  worker = await startWorker(context);
}, 60_000);
afterAll(async () => {
  await worker.close();
  await context.close();
});

const ordinal = { kind: 'ordinal', values: ['none', 'mild', 'severe'] };
const binary = {};

/** Images 'a', 'b', … without pictures; a row: reference and graders Ann, Ben, Cem, by place on the scale, '-' for none. */
async function cohortOf(rows: readonly string[], manifest: object = { diagnosisScale: ordinal }) {
  const name = freshName();
  const words = 'diagnosisScale' in manifest ? { '0': 'none', '1': 'mild', '2': 'severe' } : undefined;
  const table = rows.map((row, i) => {
    const id = String.fromCharCode(97 + i);
    return [id, i % 2 ? 'test' : 'train', ...[...row].map((c) => (c === '-' ? '' : c))].join(',');
  });
  const folder = await folderOf({
    'manifest.json': { name, table: 't.csv', pictures: 'none', diagnosisValues: words, ...manifest },
    't.csv': ['path,split,diagnosis,diagnosis:Ann,diagnosis:Ben,diagnosis:Cem', ...table].join('\n'),
  });
  const { datasetId } = await importDataset({ pool: context.pool, blobs: context.blobs }, { path: folder });
  return { datasetId, cohortId: (await createCohort(context, { datasetId, name: 'all' })).id };
}

async function frozen(cohortId: string, labels?: object) {
  const { id } = await freezeCohort(context, cohortId, labels);
  const snapshot = await context.prisma.snapshot.findUniqueOrThrow({
    where: { id },
    include: {
      images: { orderBy: { image: { path: 'asc' } } },
      graders: { orderBy: { position: 'asc' } },
      diagnoses: true,
    },
  });
  return { ...snapshot, labels: snapshot.images.map(({ label }) => label) };
}

const refusal = (work: Promise<unknown>) => work.then(String, (error: Error) => error.message);

test('a binary cohort without a rule is frozen as it always was: the reference is the label, its hash unchanged', async () => {
  const { cohortId } = await cohortOf(['0111', '1000', '-111'], binary);
  const snapshot = await frozen(cohortId);
  expect(snapshot).toMatchObject({ labels: [0, 1, null], labelRule: null, graders: [], diagnoses: [] });
  // The lines of version 0.1.0, in the order of their bytes.
  const lines = [
    '["image", "a", null, "train", 0]',
    '["image", "b", null, "test", 1]',
    '["image", "c", null, "train", null]',
  ];
  expect(snapshot.hash).toBe(createHash('sha256').update(lines.join('\n')).digest('hex'));
});

test('a source’s grades from a value on are 1; each rule is a snapshot of its own, the same rule the same one', async () => {
  const { cohortId } = await cohortOf(['0012', '1201', '2-22', '-111']);
  const reference = await frozen(cohortId, { atLeast: 'mild' });
  expect(reference.labels).toEqual([0, 1, 1, null]);
  expect(reference.labelRule).toEqual({
    source: 'reference',
    fusion: null,
    graders: null,
    positive: ['mild', 'severe'],
  });
  expect(reference.diagnoses).toHaveLength(14);
  expect((await frozen(cohortId, { source: 'Ann', positive: ['severe'] })).labels).toEqual([0, 1, null, 0]);
  const same = await frozen(cohortId, { source: 'reference', positive: ['severe', 'mild'] });
  expect(same.id).toBe(reference.id);
  expect((await frozen(cohortId, { atLeast: 'severe' })).hash).not.toBe(reference.hash);
});

test('a fusion of the graders, with its probabilities and what it says of them; the reference is not one of them', async () => {
  const { cohortId } = await cohortOf(['0022', '0000', '0111', '0222', '00-1', '0---']);
  const majority = await frozen(cohortId, { fusion: 'majority', atLeast: 'mild' });
  expect(majority.labels).toEqual([1, 0, 1, 1, null, null]);
  expect(majority.images.map(({ grade }) => grade)).toEqual([2, 0, 1, 2, null, null]);
  expect(majority.images[0].probabilities).toEqual([1 / 3, 0, 2 / 3]);
  expect(majority.images[5].probabilities).toEqual([]);
  expect(majority.graders.map(({ name, grades }) => [name, grades])).toEqual([
    ['Ann', 5],
    ['Ben', 4],
    ['Cem', 5],
  ]);
  const cautious = { fusion: 'majority', config: { ties: 'highest' }, atLeast: 'mild' };
  expect((await frozen(cohortId, cautious)).labels).toEqual([1, 0, 1, 1, 1, null]);
  const skene = await frozen(cohortId, { fusion: 'dawid-skene', atLeast: 'mild' });
  for (const { confusion } of skene.graders) {
    expect(confusion).toHaveLength(9);
    expect(confusion.slice(0, 3).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9);
  }
  const glad = await frozen(cohortId, { fusion: 'glad', atLeast: 'mild', graders: ['Cem', 'Ann'] });
  expect(glad.graders.map(({ name, ability }) => [name, typeof ability])).toEqual([
    ['Ann', 'number'],
    ['Cem', 'number'],
  ]);
});

test('a changed grade makes a new snapshot, and the old one keeps its labels', async () => {
  const { datasetId, cohortId } = await cohortOf(['0011', '0000']);
  const before = await frozen(cohortId, { source: 'Ann', atLeast: 'mild' });
  const image = await context.prisma.image.findFirstOrThrow({ where: { datasetId, path: 'b' } });
  const where = { imageId: image.id, source: 'Ann' };
  await context.prisma.diagnosis.updateMany({ where, data: { current: false } });
  await context.prisma.diagnosis.create({ data: { ...where, version: 2, value: 2 } });
  const after = await frozen(cohortId, { source: 'Ann', atLeast: 'mild' });
  expect([before.labels, after.labels]).toEqual([
    [0, 0],
    [0, 1],
  ]);
  expect(after.hash).not.toBe(before.hash);
});

test('the rule of the dataset holds where nothing is said, and models read the labels that it makes', async () => {
  const { cohortId } = await cohortOf(['0222', '2000'], {
    diagnosisScale: ordinal,
    labels: { fusion: 'majority', atLeast: 'severe' },
    structures: [],
    raters: [],
  });
  const snapshot = await frozen(cohortId);
  expect(snapshot.labels).toEqual([1, 0]);
  const source = await openStoreSource(context, { snapshotId: snapshot.id, size: 32 });
  expect(source.ids.map((id, i) => [id, source.diagnoses[i]]).sort()).toEqual([
    ['a', 1],
    ['b', 0],
  ]);
  expect((await frozen(cohortId, { atLeast: 'severe' })).labels).toEqual([0, 1]);
});

test('without a rule, several values are no label', async () => {
  const { cohortId } = await cohortOf(['0012', '1201']);
  const snapshot = await frozen(cohortId);
  expect(snapshot).toMatchObject({ labels: [null, null], labelRule: null });
  expect(snapshot.diagnoses).toHaveLength(8);
});

test.each([
  [
    { source: 'Dan', atLeast: 'mild' },
    /labels.source: no image has a diagnosis by 'Dan': expected Ann, Ben, Cem, reference/,
  ],
  [
    { fusion: 'majority', graders: ['Ann', 'Dan'], atLeast: 'mild' },
    /labels.graders: no image has a diagnosis by 'Dan'/,
  ],
  [{ fusion: 'vote', atLeast: 'mild' }, /labels.fusion: unknown label fusion 'vote'/],
  [{ fusion: 'glad', config: { speed: 1 }, atLeast: 'mild' }, /labels.config.*speed/],
  [{ fusion: 'glad', source: 'Ann', atLeast: 'mild' }, /labels.source: give either a source or a fusion/],
  [{ source: 'Ann', graders: ['Ben'], atLeast: 'mild' }, /labels.graders: .*name a fusion/],
  [{ source: 'Ann' }, /labels.positive: say which of the values none, mild, severe count as 1/],
  [{ atLeast: 'worst' }, /labels.atLeast: 'worst' is none of the values/],
  [{ atLeast: 'none' }, /labels.atLeast: every value would count as 1/],
  [{ positive: ['none'], atLeast: 'mild' }, /labels.positive: give either positive or atLeast/],
  [
    { fusion: 'dawid-skene', config: { maxIterations: 1 }, atLeast: 'mild' },
    /has not converged in 1 iterations/,
  ],
])('the rule %j is refused, and nothing is frozen', async (labels, message) => {
  const { cohortId } = await cohortOf(['0012', '1201', '2221']);
  await expect(freezeCohort(context, cohortId, labels)).rejects.toMatchObject({
    extensions: { code: 'INVALID_INPUT' },
  });
  expect(await refusal(freezeCohort(context, cohortId, labels))).toMatch(message);
  expect(await context.prisma.snapshot.count({ where: { cohortId } })).toBe(0);
});

test('graders are compared by a run, as they were frozen, also with the reference; the same question has one answer', async () => {
  const { cohortId } = await cohortOf(['0012', '1201', '2222', '0000', '1111', '0100']);
  const { id: snapshotId } = await freezeCohort(context, cohortId, { atLeast: 'mild' });
  const agreement = await measureAgreement(context, { snapshotId, subject: 'diagnoses', seed: 2 });
  const run = await ended(context, agreement.runId);
  expect(run).toMatchObject({ status: 'succeeded', result: { images: 6, graders: 4, metrics: 11 + 6 * 3 } });
  const rows = await context.prisma.gradeAgreementMetric.findMany({ where: { agreementId: agreement.id } });
  const of = (name: string, ...graders: string[]) =>
    rows.find(
      (row) => row.name === name && [row.grader, row.otherGrader].filter(Boolean).join() === graders.join(),
    );
  // scikit-learn 1.9.1: cohen_kappa_score([0,2,2,0,1,1], [1,0,2,0,1,0], as Ann and Ben); weights='quadratic' for the other.
  expect(of('cohen_kappa', 'Ann', 'Ben')!.value).toBeCloseTo(0.25, 12);
  const quadratic = of('quadratic_weighted_kappa', 'Ann', 'reference')!;
  expect(quadratic.value).toBeCloseTo(0.75, 12);
  expect(quadratic).toMatchObject({ count: 6, undefinedCount: 0, interval: 'bootstrap' });
  expect(of('fleiss_kappa')!.value).not.toBeNull();
  expect((await measureAgreement(context, { snapshotId, subject: 'diagnoses', seed: 2 })).id).toBe(
    agreement.id,
  );
  const one = await measureAgreement(context, { snapshotId, subject: 'diagnoses', split: 'test', seed: 2 });
  expect(await ended(context, one.runId)).toMatchObject({ status: 'succeeded', result: { images: 3 } });
});

test('masks without pictures are voted on; what reads pictures is refused at the request', async () => {
  const name = freshName();
  const mask = await grey(
    32,
    32,
    Array.from({ length: 1024 }, (_, i) => (i % 32 < 16 ? 255 : 0)),
  );
  const folder = await folderOf({
    'manifest.json': { name, table: 't.csv', pictures: 'none' },
    't.csv': [
      'path,split,diagnosis,mask:r:s,mask:q:s',
      'a,train,0,m.png,m.png',
      'b,train,1,m.png,m.png',
      'c,test,1,m.png,m.png',
    ].join('\n'),
    'm.png': mask,
  });
  const { datasetId } = await importDataset({ pool: context.pool, blobs: context.blobs }, { path: folder });
  const { id: cohortId } = await createCohort(context, { datasetId, name: 'all' });
  const { id: snapshotId } = await freezeCohort(context, cohortId);
  for (const method of ['majority-vote', 'staple', 'dawid-skene', 'simple']) {
    const fusion = await fuseLabels(context, { snapshotId, method, size: 32 });
    expect(await ended(context, fusion.runId)).toMatchObject({ status: 'succeeded' });
  }
  const agreement = await measureAgreement(context, { snapshotId });
  expect(await ended(context, agreement.runId)).toMatchObject({ status: 'succeeded' });
  const fusion = await fuseLabels(context, { snapshotId, method: 'majority-vote', size: 32 });
  const pictures = /3 images of snapshot .* have no picture, and '.*' reads pictures/;
  expect(await refusal(fuseLabels(context, { snapshotId, method: 'aggnet', size: 32 }))).toMatch(pictures);
  expect(await refusal(runExperiment(context, { snapshotId, experiment: 'figure-4' }))).toMatch(pictures);
  expect(await refusal(trainModel(context, { fusionId: fusion.id, method: 'dl-cat' }))).toMatch(pictures);
  expect(await refusal(measureAgreement(context, { snapshotId, subject: 'diagnoses' }))).toMatch(
    /has frozen no grades: freeze its cohort with a label rule/,
  );
});
