/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return -- an answer has the shape that its query asked for */
import { testApi, type TestApi } from '../../tests/helpers/api.ts';
import { seedImages, type SeededDataset } from '../../tests/helpers/seed-images.ts';

let api: TestApi;
let dataset: SeededDataset;

beforeAll(async () => {
  api = await testApi();
  dataset = await seedImages(api.context.pool, { name: 'fundus', images: 60, structures: ['disc', 'cup'] });
  await seedImages(api.context.pool, { name: 'other', images: 7 });
});
afterAll(() => api.close());

const pageOfImages = /* GraphQL */ `
  query Page($first: Int!, $datasetId: ID!) {
    images(first: $first, filter: { datasetId: { eq: $datasetId } }) {
      nodes {
        path
        split
        dataset {
          name
        }
        annotations {
          area
          rater {
            name
          }
          structure {
            name
          }
        }
        diagnoses {
          value
          name
        }
      }
    }
  }
`;

test('a dataset is found by id and by name, and not by both or neither', async () => {
  const byId = await api.ask('query ($id: ID!) { dataset(id: $id) { name imageCount } }', { id: dataset.id });
  expect(byId.data).toEqual({ dataset: { name: 'fundus', imageCount: 60 } });
  const byName = await api.ask('{ dataset(name: "fundus") { id raters { name kind } structures { name } } }');
  expect(byName.data.dataset).toEqual({
    id: dataset.id,
    raters: ['rater 0', 'rater 1', 'rater 2'].map((name) => ({ name, kind: 'person' })),
    structures: [{ name: 'disc' }, { name: 'cup' }],
  });
  expect((await api.ask('{ dataset(name: "no such") { id } }')).data).toEqual({ dataset: null });
  const neither = await api.ask('{ dataset { id } }');
  expect(neither.errors?.[0]).toMatchObject({
    message: 'give exactly one of id and name',
    extensions: { code: 'INVALID_INPUT' },
  });
});

test('an image comes with what raters drew, by rater and structure, and with its diagnosis by name', async () => {
  const { data } = await api.ask(pageOfImages, { first: 2, datasetId: dataset.id });
  expect(data.images.nodes).toHaveLength(2);
  for (const image of data.images.nodes) {
    expect(image.dataset).toEqual({ name: 'fundus' });
    const drawn = image.annotations.map((a: Annotation) => `${a.rater.name} ${a.structure.name} ${a.area}`);
    expect(drawn).toEqual([
      'rater 0 disc 0',
      'rater 0 cup 1',
      'rater 1 disc 10',
      'rater 1 cup 11',
      'rater 2 disc 20',
      'rater 2 cup 21',
    ]);
    const value = Number(/(\d)\.png$/.exec(image.path)?.[1]) % 2;
    expect(image.diagnoses).toEqual([{ value, name: ['healthy', 'glaucoma'][value] }]);
  }
});

interface Annotation {
  readonly area: number;
  readonly rater: { readonly name: string };
  readonly structure: { readonly name: string };
}

test('a page of 10 images and one of 50, with annotations, raters and diagnoses, cost one statement each', async () => {
  for (const first of [10, 50]) {
    const statements = await api.statementsDuring(async () => {
      const { data, errors } = await api.ask(pageOfImages, { first, datasetId: dataset.id });
      expect(errors).toBeUndefined();
      expect(data.images.nodes).toHaveLength(first);
    });
    expect(statements).toHaveLength(1);
  }
});

test('pages inside pages and counts still cost one statement', async () => {
  const statements = await api.statementsDuring(async () => {
    const { data } = await api.ask(/* GraphQL */ `
      {
        datasets(first: 10) {
          totalCount
          nodes {
            name
            images(first: 5, filter: { split: { eq: test } }) {
              totalCount
              pageInfo {
                hasNextPage
              }
              nodes {
                split
              }
            }
          }
        }
      }
    `);
    const counts = data.datasets.nodes.map((node: any) => [node.name, node.images.totalCount]);
    expect(Object.fromEntries(counts)).toEqual({ fundus: 20, other: 2 });
    expect(data.datasets.totalCount).toBe(2);
  });
  expect(statements).toHaveLength(1);
});

test('only what is asked for is read: columns, related rows, counts', async () => {
  const ask = (fields: string) => api.statementsDuring(() => api.ask(`{ images(first: 3) { ${fields} } }`));
  const [paths] = await ask('nodes { path }');
  expect(paths).toContain('.path as "path"');
  expect(paths).not.toMatch(/sha256|metadata|annotations|count\(/);
  const [counted] = await ask('totalCount');
  expect(counted).toContain('count(*)');
});

test('one field under two aliases with other arguments gives two answers, the same ones one', async () => {
  const { data } = await api.ask(/* GraphQL */ `
    {
      dataset(name: "fundus") {
        tests: images(first: 1, filter: { split: { eq: test } }) {
          ...Found
        }
        trains: images(first: 1, filter: { split: { eq: train } }) {
          ...Found
        }
        again: images(first: 1, filter: { split: { eq: train } }) {
          edges {
            node {
              split
              width
            }
          }
        }
      }
    }
    fragment Found on ImageConnection {
      totalCount
      nodes {
        what: split
      }
    }
  `);
  expect(data.dataset.tests).toEqual({ totalCount: 20, nodes: [{ what: 'test' }] });
  expect(data.dataset.trains).toEqual({ totalCount: 20, nodes: [{ what: 'train' }] });
  expect(data.dataset.again.edges[0].node.split).toBe('train');
});

test('skip and include are followed, on fields and on fragments, whichever value comes first', async () => {
  const query = /* GraphQL */ `
    query ($with: Boolean!) {
      images(first: 1) {
        nodes {
          width @include(if: $with)
          ... on Image @skip(if: $with) {
            height
          }
          ...Split @include(if: $with)
        }
      }
    }
    fragment Split on Image {
      split
    }
  `;
  for (const value of [true, false, true]) {
    const { data, errors } = await api.ask(query, { with: value });
    expect(errors).toBeUndefined();
    expect(Object.keys(data.images.nodes[0])).toEqual(value ? ['width', 'split'] : ['height']);
  }
});

test('the filter of the images query is the one of cohorts', async () => {
  const count = async (filter: object) => {
    const query = 'query ($f: ImageFilter) { images(filter: $f, first: 0) { totalCount nodes { id } } }';
    const { data, errors } = await api.ask(query, { f: filter });
    return errors?.[0].extensions.code ?? data.images.totalCount;
  };
  expect(await count({})).toBe(67);
  expect(await count({ diagnosis: { eq: 1 }, datasetId: { eq: dataset.id } })).toBe(30);
  expect(await count({ or: [{ path: { eq: 'image-00003.png' } }, { width: { gt: 67 } }] })).toBe(15);
  expect(await count({ not: { split: { in: ['train', 'test'] } } })).toBe(22);
  expect(await count({ metadata: [{ key: 'age', lt: 32 }] })).toBe(6);
  expect(await count({ annotations: { some: { rater: { eq: 'rater 2' }, area: { gte: 21 } } } })).toBe(60);
  expect(await count({ raterCount: { gt: 3 } })).toBe(0);
  expect(await count({ id: { eq: 'not an id' } })).toBe('INVALID_INPUT');
});

test('metrics say how to read their numbers', async () => {
  const { data } = await api.ask(
    `{ methods(kind: METRIC) { name configSchema metric { formula compares better lowest highest unit emptyMasks
      perImage overImages } } fusions: methods(kind: FUSION) { metric { formula } } }`,
  );
  const hausdorff = data.methods.find((method: { name: string }) => method.name === 'hausdorff_95');
  expect(hausdorff.metric).toMatchObject({
    ...{ compares: 'MASKS', better: 'LOWER', lowest: 0, highest: null, unit: 'pixel' },
    ...{ perImage: true, overImages: 'MEAN', emptyMasks: expect.stringMatching(/undefined/) },
  });
  const auc = data.methods.find((method: { name: string }) => method.name === 'auc');
  expect(auc.metric).toMatchObject({ compares: 'SCORES', better: 'HIGHER', highest: 1, emptyMasks: null });
  expect(data.fusions[0].metric).toBeNull();
});

test('methods come from the registries, with their settings as JSON Schema', async () => {
  const { data } = await api.ask(
    '{ methods(kind: FUSION) { name kind summary citation configSchema seesLabel } }',
  );
  const vote = data.methods.find((method: { name: string }) => method.name === 'majority-vote');
  expect(vote).toMatchObject({ kind: 'FUSION', seesLabel: false, configSchema: { type: 'object' } });
  expect(vote.configSchema.properties.output).toMatchObject({ enum: ['soft', 'hard'], default: 'soft' });
  const all = await api.ask('{ methods { kind } }');
  expect(new Set(all.data.methods.map((method: { kind: string }) => method.kind))).toEqual(
    new Set([
      ...['FUSION', 'DIAGNOSIS_MODEL', 'SEGMENTATION_MODEL', 'PHANTOM', 'READER', 'METRIC', 'EXPERIMENT'],
      ...['LABEL_FUSION', 'GRADE_METRIC'],
    ]),
  );
});

test('a cohort is made, frozen and read back; both deeds are in the audit', async () => {
  const made = await api.ask(
    `mutation ($input: CreateCohortInput!) { createCohort(input: $input) { id filter dataset { name } } }`,
    { input: { datasetId: dataset.id, name: 'tests', filter: { split: { eq: 'test' } } } },
  );
  expect(made.errors).toBeUndefined();
  expect(made.data.createCohort).toMatchObject({
    filter: { split: { eq: 'test' } },
    dataset: { name: 'fundus' },
  });
  const { id } = made.data.createCohort;
  const freeze = 'mutation ($id: ID!) { freezeCohort(cohortId: $id) { id hash imageCount } }';
  const frozen = await api.ask(freeze, { id });
  expect(frozen.data.freezeCohort.imageCount).toBe(20);
  expect((await api.ask(freeze, { id })).data).toEqual(frozen.data);

  const read = await api.ask(
    `query ($hash: String!) { snapshot(hash: $hash) { id cohort { name } images(first: 2) { totalCount nodes {
      position split image { path } diagnosis { value } annotations { rater { name } } } } } }`,
    { hash: frozen.data.freezeCohort.hash },
  );
  const { snapshot } = read.data;
  expect(snapshot).toMatchObject({ id: frozen.data.freezeCohort.id, cohort: { name: 'tests' } });
  expect(snapshot.images.totalCount).toBe(20);
  expect(snapshot.images.nodes[0]).toMatchObject({ position: 0, split: 'test' });
  expect(snapshot.images.nodes[0].annotations).toHaveLength(6);

  const audit = await api.ask(
    'query ($id: String!) { auditEvents(subjectId: $id) { nodes { actor action } } }',
    { id },
  );
  expect(audit.data.auditEvents.nodes.map((event: { action: string }) => event.action)).toContain(
    'cohort.create',
  );
});
