/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- an answer has the shape that its query asked for */
import { testApi, type TestApi } from '../../tests/helpers/api.ts';
import { seedImages } from '../../tests/helpers/seed-images.ts';
import { seedResults } from '../../tests/helpers/seed-results.ts';

let api: TestApi;
let snapshotId: string;
let fusionId: string;

beforeAll(async () => {
  api = await testApi();
  const { id } = await seedImages(api.context.pool, { name: 'd', images: 2, structures: ['disc'] });
  ({ snapshotId, fusionId } = await seedResults(api.context.prisma, id));
  const images = await api.context.prisma.image.findMany({ where: { datasetId: id } });
  await api.context.prisma.snapshotImage.createMany({
    data: images.map((image, position) => {
      return { snapshotId, imageId: image.id, position, split: 'train' as const, label: position % 2 };
    }),
  });
});
afterAll(() => api.close());

/** A trained diagnosis model: its row and its run alone. */
async function trained(key: string, leaveOut: object | null): Promise<string> {
  const { id } = await api.context.prisma.model.create({
    data: {
      run: {
        create: {
          kind: 'training',
          key: key.repeat(64),
          status: 'succeeded',
          finishedAt: new Date(),
          config: { fusionId, method: 'dl-cat', config: {}, training: { leaveOut } },
          codeVersion: 'test',
        },
      },
      snapshot: { connect: { id: snapshotId } },
      fusion: { connect: { id: fusionId } },
      method: 'dl-cat',
      task: 'diagnosis',
      width: 64,
      height: 64,
    },
  });
  return id;
}

const mutation = `mutation ($input: FuseLabelsInput!) { fuseLabels(input: $input) { id diagnosisModels { id method } } }`;
const fuse = (method: string, diagnosisModelIds: unknown) =>
  api.ask(mutation, { input: { snapshotId, method, diagnosisModelIds } });

test('a fusion tells which models it asks, in the order of the folds that they left out', async () => {
  // The model of the second fold is the older one.
  const second = await trained('1', { index: 1, of: 2 });
  const first = await trained('2', { index: 0, of: 2 });
  const { data, errors } = await fuse('df-gt-training-map', [second, first]);
  expect(errors).toBeUndefined();
  const models = [first, second].map((id) => ({ id, method: 'dl-cat' }));
  expect(data.fuseLabels.diagnosisModels).toEqual(models);
  const { data: again } = await fuse('df-gt-training-map', [first, second]);
  expect(again).toEqual(data);
  const { data: read } = await api.ask(
    `query ($id: ID!) { fusion(id: $id) { diagnosisModels { run { config } } } }`,
    { id: data.fuseLabels.id },
  );
  const folds = [0, 1].map((index) => ({ run: { config: { training: { leaveOut: { index, of: 2 } } } } }));
  expect(read.fusion.diagnosisModels).toMatchObject(folds);
});

test('one model stands without brackets; a method without one tells none', async () => {
  const id = await trained('3', null);
  const { data, errors } = await fuse('df-gt-expg', id);
  expect(errors).toBeUndefined();
  expect(data.fuseLabels.diagnosisModels).toEqual([{ id, method: 'dl-cat' }]);
  const literal = `mutation { fuseLabels(input: { snapshotId: "${snapshotId}", method: "df-gt-expg", diagnosisModelIds: "${id}" }) { id } }`;
  expect((await api.ask(literal)).data.fuseLabels.id).toBe(data.fuseLabels.id);
  expect((await fuse('majority-vote', null)).data.fuseLabels.diagnosisModels).toEqual([]);
});

test('which methods cross-fit is told with them', async () => {
  const { data } = await api.ask('{ methods(kind: FUSION) { name crossFits needsDiagnosisModel } }');
  const methods = data.methods as { name: string; crossFits: boolean; needsDiagnosisModel: boolean }[];
  expect(methods.filter(({ crossFits }) => crossFits)).toEqual([
    { name: 'df-gt-training-map', crossFits: true, needsDiagnosisModel: true },
  ]);
});

test('a model that a fusion asks cannot be removed under it; a fusion that goes takes no model along', async () => {
  const { prisma } = api.context;
  const id = await trained('4', null);
  const { data } = await fuse('df-gt-raw', [id]);
  await expect(prisma.model.delete({ where: { id } })).rejects.toThrow(
    /fusion_diagnosis_models_model_id_fkey/,
  );
  await prisma.fusion.deleteMany({ where: { diagnosisModels: { some: { modelId: id } } } });
  expect(await prisma.fusion.findUnique({ where: { id: data.fuseLabels.id } })).toBeNull();
  expect(await prisma.model.findUnique({ where: { id } })).toMatchObject({ id });
});
