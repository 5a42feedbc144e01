/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call -- an answer has the shape that its query asked for */
import { testApi, type TestApi } from '../../tests/helpers/api.ts';
import { seedImages } from '../../tests/helpers/seed-images.ts';
import { seedResults, type SeededResults } from '../../tests/helpers/seed-results.ts';

let api: TestApi;
let datasetId: string;
let results: SeededResults;
let ids: string[];

beforeAll(async () => {
  api = await testApi();
  ({ id: datasetId } = await seedImages(api.context.pool, { name: 'd', images: 6 }));
  results = await seedResults(api.context.prisma, datasetId);
  const images = await api.context.prisma.image.findMany({ orderBy: { path: 'asc' } });
  ids = images.map(({ id }) => id);
  await api.context.pool.query(
    `insert into snapshot_images (snapshot_id, image_id, position, split)
     select $1, id, row_number() over (order by path) - 1, split from images`,
    [results.snapshotId],
  );
  await api.context.pool.query('insert into snapshot_annotations select $1::uuid, id from annotations', [
    results.snapshotId,
  ]);
});
afterAll(() => api.close());

const withdraw = (input: object) =>
  api.ask(
    `mutation ($input: WithdrawInput!) { withdraw(input: $input) { id actor reason imageCount annotationCount } }`,
    { input: { reason: 'blurred', ...input } },
  );
const lists = `
  images { totalCount nodes { id } }
  withdrawn: images(withdrawn: true) { totalCount nodes { id withdrawal { actor reason } } }
  datasets { totalCount nodes { imageCount images { totalCount } } }
  gone: datasets(withdrawn: true) { nodes { id withdrawal { reason } } }`;

test('what is withdrawn is in no list unless asked for, is read by id, and its snapshots tell', async () => {
  const [first, second] = ids;
  const { data: made } = await withdraw({ imageIds: [first] });
  expect(made.withdraw).toMatchObject({ actor: 'local', reason: 'blurred', imageCount: 1 });
  const { rows } = await api.context.pool.query<{ id: string }>(
    'select id from annotations where image_id = $1 limit 1',
    [second],
  );
  await withdraw({ annotationIds: [rows[0].id] });
  const { data } = await api.ask(
    `query ($first: ID!, $second: ID!, $snapshot: ID!) { ${lists}
    first: image(id: $first) { path withdrawal { reason createdAt } annotations { id } dataset { name } }
    second: image(id: $second) { withdrawal { id } annotations { id }
      annotationHistory { id withdrawal { reason } } }
    snapshot(id: $snapshot) { imageCount withdrawnCount purgedCount withdrawnAnnotationCount
      images { totalCount nodes { image { withdrawal { reason } } } } } }`,
    {
      ...{ first, second, snapshot: results.snapshotId },
    },
  );
  expect(data.images.totalCount).toBe(5);
  expect(data.images.nodes.map(({ id }: { id: string }) => id)).not.toContain(first);
  expect(data.withdrawn.nodes).toEqual([{ id: first, withdrawal: { actor: 'local', reason: 'blurred' } }]);
  expect(data.datasets.nodes).toEqual([{ imageCount: 5, images: { totalCount: 5 } }]);
  expect(data.gone.nodes).toEqual([]);
  expect(data.first).toMatchObject({ withdrawal: { reason: 'blurred' }, dataset: { name: 'd' } });
  expect(data.second.withdrawal).toBeNull();
  expect(data.second.annotations).toHaveLength(2);
  expect(data.second.annotationHistory).toHaveLength(3);
  expect(data.snapshot).toMatchObject({ imageCount: 6, withdrawnCount: 1, purgedCount: 0 });
  expect(data.snapshot.withdrawnAnnotationCount).toBe(1);
  expect(data.snapshot.images.totalCount).toBe(6);
});

test('a filter finds no withdrawn image, however it is turned', async () => {
  for (const filter of [{}, { not: { path: { eq: 'x' } } }, { or: [{ id: { in: ids } }] }]) {
    const { data } = await api.ask(
      'query ($filter: ImageFilter) { images(filter: $filter) { totalCount } }',
      {
        filter,
      },
    );
    expect(data.images.totalCount).toBe(5);
  }
});

test('withdrawing twice is a conflict that says when it was done before; pages of withdrawals are newest first', async () => {
  const { errors } = await withdraw({ imageIds: [ids[0]] });
  expect(errors?.[0].extensions).toMatchObject({ code: 'CONFLICT', id: ids[0] });
  const { data } = await api.ask(
    '{ withdrawals(first: 1) { totalCount pageInfo { hasNextPage } nodes { reason annotationCount } } }',
  );
  expect(data.withdrawals).toEqual({
    ...{ totalCount: 2, pageInfo: { hasNextPage: true } },
    nodes: [{ reason: 'blurred', annotationCount: 1 }],
  });
});

test('a purge is asked for, read, and told by the models and fusions that used the image', async () => {
  const { data, errors } = await api.ask(
    `mutation ($input: PurgeInput!) { purge(input: $input) { id reason imageCount annotationCount pendingCount
      run { kind status purge { id } } models { nodes { id purgedImageCount } }
      fusions { totalCount nodes { id purgedImageCount } } } }`,
    { input: { datasetId, reason: 'the study was stopped' } },
  );
  expect(errors).toBeUndefined();
  expect(data.purge).toMatchObject({
    ...{ reason: 'the study was stopped', imageCount: 6, annotationCount: 18 },
    run: { kind: 'purge', status: 'queued', purge: { id: data.purge.id } },
    // Of the six images two are for testing: the model has not learned from them.
    models: { nodes: [{ id: results.modelId, purgedImageCount: 4 }] },
    fusions: { totalCount: 1, nodes: [{ id: results.fusionId, purgedImageCount: 6 }] },
  });
  const { data: after } = await api.ask('query ($id: ID!) { snapshot(id: $id) { purgedCount } }', {
    id: results.snapshotId,
  });
  expect(after.snapshot.purgedCount).toBe(6);
  const input = { snapshotId: results.snapshotId, method: 'majority-vote', size: 32 };
  const { errors: refused } = await api.ask(
    'mutation ($input: FuseLabelsInput!) { fuseLabels(input: $input) { id } }',
    { input },
  );
  expect(refused?.[0].extensions).toMatchObject({ code: 'PURGED', images: 6, annotations: 18 });
});

test('the bytes of what was purged are answered with 410 Gone, also before its run has deleted them', async () => {
  const { prisma, blobs } = api.context;
  const sha256 = await blobs.put(Buffer.from('a picture'), 'image/png');
  const image = { path: 'p.png', subject: 'p', split: 'test', sha256, width: 1, height: 1 } as const;
  const made = await prisma.dataset.create({ data: { name: 'e', images: { create: image } } });
  expect((await fetch(`${api.url}/blobs/${sha256}`)).status).toBe(200);
  const { errors } = await api.ask('mutation ($input: PurgeInput!) { purge(input: $input) { id } }', {
    input: { subject: { datasetId: made.id, name: 'p' }, reason: 'consent was withdrawn' },
  });
  expect(errors).toBeUndefined();
  expect(await blobs.exists(sha256)).toBe(true);
  for (const headers of [[], [['if-none-match', `"${sha256}"`]]] as [string, string][][]) {
    const gone = await fetch(`${api.url}/blobs/${sha256}`, { headers });
    expect(gone.status).toBe(410);
    expect(await gone.json()).toMatchObject({ error: { code: 'PURGED' } });
  }
});

test('the audit log tells all of it, page by page and by action', async () => {
  const { data } = await api.ask(`{
    all: auditEvents { nodes { action actor subjectType detail } }
    page: auditEvents(first: 2) { totalCount pageInfo { hasNextPage endCursor } nodes { action } }
    images: auditEvents(action: "image.withdraw") { nodes { action detail } } }`);
  expect(data.all.nodes.map(({ action }: { action: string }) => action)).toEqual([
    'subject.purge',
    'requested',
    'dataset.purge',
    'requested',
    'annotation.withdraw',
    'image.withdraw',
  ]);
  expect(data.page).toMatchObject({ totalCount: 6, pageInfo: { hasNextPage: true } });
  expect(data.images.nodes).toMatchObject([{ detail: { reason: 'blurred', rows: 1, ids: [ids[0]] } }]);
  const next = await api.ask(
    'query ($after: String) { auditEvents(first: 2, after: $after) { nodes { action } } }',
    {
      after: data.page.pageInfo.endCursor,
    },
  );
  expect(next.data.auditEvents.nodes).toHaveLength(2);
});
