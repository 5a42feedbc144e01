/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- an answer has the shape that its query asked for */
import { testApi, type TestApi } from '../../tests/helpers/api.ts';
import { folderOf } from '../../tests/helpers/image-folder.ts';
import { importDataset } from '../datasets/import/import-dataset.ts';

let api: TestApi;
let datasetId: string;

beforeAll(async () => {
  api = await testApi();
  const folder = await folderOf({
    'manifest.json': {
      name: 'grades',
      table: 't.csv',
      pictures: 'none',
      diagnosisScale: { kind: 'ordinal', values: ['none', 'mild', 'severe'] },
      diagnosisValues: { '?': null },
    },
    't.csv': `path,split,diagnosis,diagnosis:Ann,diagnosis:Ben
a,train,none,none,mild
b,test,severe,severe,severe
c,test,,?,mild`,
  });
  const { pool, blobs } = api.context;
  ({ datasetId } = await importDataset({ pool, blobs }, { path: folder }));
});
afterAll(() => api.close());

const paths = async (filter: object): Promise<string[]> => {
  const query = 'query ($filter: ImageFilter) { images(filter: $filter, orderBy: path) { nodes { path } } }';
  const { data } = await api.ask(query, { filter });
  return data.images.nodes.map(({ path }: { path: string }) => path);
};

test('a dataset tells its scale and graders; an image without a picture has no address and no size', async () => {
  const { data } = await api.ask(
    `query ($id: ID!) { dataset(id: $id) { diagnosisKind diagnosisNames graders labelRule
      images(first: 1) { nodes { url sha256 width height diagnoses { source value name } } } } }`,
    { id: datasetId },
  );
  expect(data.dataset).toEqual({
    diagnosisKind: 'ordinal',
    diagnosisNames: ['none', 'mild', 'severe'],
    graders: ['Ann', 'Ben'],
    labelRule: null,
    images: {
      nodes: [
        {
          ...{ url: null, sha256: null, width: null, height: null },
          diagnoses: [
            { source: 'reference', value: 0, name: 'none' },
            { source: 'Ann', value: 0, name: 'none' },
            { source: 'Ben', value: 1, name: 'mild' },
          ],
        },
      ],
    },
  });
});

test('images are found by what a grader says, by order and by name; unknown is not known', async () => {
  expect(await paths({ diagnosis: { source: 'Ben', gte: 1 } })).toEqual(['a', 'b', 'c']);
  expect(await paths({ diagnosis: { source: 'Ben', gt: 0, lt: 2 } })).toEqual(['a', 'c']);
  expect(await paths({ diagnosis: { source: 'Ann', name: 'severe' } })).toEqual(['b']);
  expect(await paths({ diagnosis: { source: 'Ann', name: 'worst' } })).toEqual([]);
  expect(await paths({ diagnosis: { source: 'Ann', isNull: true } })).toEqual(['c']);
  expect(await paths({ not: { diagnosis: { source: 'Ann', in: [0] } } })).toEqual(['b', 'c']);
  expect(await paths({ hasPicture: true })).toEqual([]);
  expect(await paths({ width: { ne: 3 } })).toEqual(['a', 'b', 'c']);
  expect(await paths({ not: { width: { gte: 1 } } })).toEqual(['a', 'b', 'c']);
});

test('diagnoses are listed by grader, value and split, in pages', async () => {
  const query = `query ($filter: DiagnosisFilter) { diagnoses(first: 1, filter: $filter) {
    totalCount nodes { source name version image { path } } } }`;
  const ask = async (filter: object) =>
    (await api.ask(query, { filter: { datasetId, ...filter } })).data.diagnoses;
  expect(await ask({})).toMatchObject({ totalCount: 8 });
  expect(await ask({ source: 'Ben', split: 'test', name: 'mild' })).toEqual({
    totalCount: 1,
    nodes: [{ source: 'Ben', name: 'mild', version: 1, image: { path: 'c' } }],
  });
});

test('a snapshot tells its rule, its labels and what the fusion says of graders; a bad rule says what is wrong', async () => {
  const made = await api.ask('mutation ($input: CreateCohortInput!) { createCohort(input: $input) { id } }', {
    input: { datasetId, name: 'all' },
  });
  const freeze = `mutation ($id: ID!, $labels: LabelRuleInput) { freezeCohort(cohortId: $id, labels: $labels) {
    labelRule graders { name grades confusion ability }
    images { nodes { image { path } label grade gradeName probabilities diagnosis { name } grades { source name } } } } }`;
  const { id } = made.data.createCohort;
  const { data } = await api.ask(freeze, { id, labels: { fusion: 'majority', atLeast: 'mild' } });
  expect(data.freezeCohort).toMatchObject({
    labelRule: {
      fusion: { method: 'majority', version: 1, config: { ties: 'unknown' } },
      positive: ['mild', 'severe'],
    },
    graders: [
      { name: 'Ann', grades: 2, confusion: [], ability: null },
      { name: 'Ben', grades: 3, confusion: [], ability: null },
    ],
  });
  const { nodes } = data.freezeCohort.images;
  expect(
    nodes.map(({ label, gradeName }: { label: number; gradeName: string }) => [label, gradeName]),
  ).toEqual([
    [null, null],
    [1, 'severe'],
    [1, 'mild'],
  ]);
  expect(nodes[0]).toMatchObject({ probabilities: [0.5, 0.5, 0], diagnosis: { name: 'none' } });
  expect(nodes[2].grades).toEqual([
    { source: 'Ann', name: null },
    { source: 'Ben', name: 'mild' },
  ]);
  const { errors } = await api.ask(freeze, { id, labels: { atLeast: 'worst' } });
  expect(errors![0]).toMatchObject({ extensions: { code: 'INVALID_INPUT', field: 'labels.atLeast' } });
});

test('label fusions and metrics of grades are listed with their settings', async () => {
  const query = 'query ($kind: MethodKind) { methods(kind: $kind) { name needs settings { path } } }';
  const { data } = await api.ask(query, { kind: 'LABEL_FUSION' });
  expect(data.methods.map(({ name }: { name: string }) => name)).toEqual(['majority', 'dawid-skene', 'glad']);
  expect(data.methods[0]).toMatchObject({ needs: ['GRADES'], settings: [{ path: 'ties' }] });
  expect((await api.ask(query, { kind: 'GRADE_METRIC' })).data.methods).toHaveLength(14);
});
