/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- an answer has the shape that its query asked for */
import {
  getNamedType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';
import { testApi, type TestApi } from '../../tests/helpers/api.ts';
import { seedImages } from '../../tests/helpers/seed-images.ts';
import { seedResults, type SeededResults } from '../../tests/helpers/seed-results.ts';
import { loadSchema } from '../schema.ts';

let api: TestApi;
let results: SeededResults;

beforeAll(async () => {
  api = await testApi();
  const { id } = await seedImages(api.context.pool, { name: 'd', images: 6, structures: ['disc', 'cup'] });
  results = await seedResults(api.context.prisma, id);
});
afterAll(() => api.close());

/** Every field of a type, with all plain fields of what it leads to. */
function everything(type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).filter((field) => !field.args.some(isRequiredArgument));
  const selected = fields.map((field) => selection(field, depth)).filter((text) => text !== null);
  return `{ ${selected.join(' ')} }`;
}

function selection(field: GraphQLField<unknown, unknown>, depth: number): string | null {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return field.name;
  if (type.name.endsWith('Connection')) {
    const node = getNamedType(type.getFields()['nodes'].type) as GraphQLObjectType;
    return depth > 0 ? `${field.name}(first: 2) { totalCount nodes ${everything(node, depth - 1)} }` : null;
  }
  return depth > 0 ? `${field.name} ${everything(type, depth - 1)}` : null;
}

const lists = [
  'datasets',
  'images',
  'cohorts',
  'fusions',
  'models',
  'runs',
  'evaluations',
  'experiments',
  'agreements',
  'auditEvents',
];

test.each(lists)('every field of %s, and of what it leads to, can be read', async (list) => {
  const schema = await loadSchema();
  const connection = getNamedType(schema.getQueryType()!.getFields()[list].type) as GraphQLObjectType;
  const node = getNamedType(connection.getFields()['nodes'].type) as GraphQLObjectType;
  const { data, errors } = await api.ask(`{ ${list}(first: 3) { totalCount nodes ${everything(node, 1)} } }`);
  expect(errors).toBeUndefined();
  if (list !== 'auditEvents') expect(data[list].nodes.length).toBeGreaterThan(0);
});

test('every type, and every query, mutation and subscription, is described', async () => {
  const schema = await loadSchema();
  const own = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  );
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const silent = own.filter((type) => !type.description && !roots.includes(type as GraphQLObjectType));
  expect(silent.map(({ name }) => name)).toEqual([]);
  const fields = roots.flatMap((root) => Object.values(root?.getFields() ?? {}));
  expect(fields.length).toBeGreaterThan(20);
  expect(fields.filter(({ description }) => !description).map(({ name }) => name)).toEqual([]);
});

test('an experiment tells its numbers in order, each with the work that it was computed from', async () => {
  const { data } = await api.ask(
    `query ($id: ID!) { experiment(id: $id) { name run { kind } snapshot { hash } rows { metric method against value
      seeds steps { label run { evaluation { id } } } } } }`,
    { id: results.experimentId },
  );
  const steps = [{ label: 'evaluate', run: { evaluation: { id: results.evaluationId } } }];
  const row = { method: 'df-gt-expg', value: 0.25, seeds: [1, 2], steps };
  expect(data.experiment).toEqual({
    name: 'figure-4',
    run: { kind: 'experiment' },
    snapshot: { hash: 'b'.repeat(64) },
    rows: [
      { ...row, metric: 'auc', against: null },
      { ...row, metric: 'auc_difference', against: 'majority-vote' },
    ],
  });
});

test('what a fusion says of a rater can be asked by image and by rater, structure by structure', async () => {
  const figures =
    'rater { id name } weight sensitivity performance { structure { name } sensitivity specificity }';
  const { data } = await api.ask(
    `query ($id: ID!) { fusion(id: $id) { imageRaterWeights(first: 100) { totalCount nodes { image { id } ${figures} } } } }`,
    { id: results.fusionId },
  );
  const { nodes, totalCount } = data.fusion.imageRaterWeights;
  expect(totalCount).toBe(nodes.length);
  const judged = nodes.find((node: any) => node.performance.length > 0);
  expect(judged.performance).toEqual([
    { structure: { name: 'disc' }, sensitivity: 0, specificity: null },
    { structure: { name: 'cup' }, sensitivity: 0.25, specificity: null },
  ]);

  const { data: narrowed } = await api.ask(
    `query ($id: ID!, $imageId: ID!, $raterId: ID!) {
      fusion(id: $id) { imageRaterWeights(imageId: $imageId, raterId: $raterId) { nodes { ${figures} } } }
      image(id: $imageId) { raterWeights(fusionId: $id) { ${figures} } } }`,
    { id: results.fusionId, imageId: judged.image.id, raterId: judged.rater.id },
  );
  const { rater, weight, sensitivity, performance } = judged;
  const own = { rater, weight, sensitivity, performance };
  expect(narrowed.fusion.imageRaterWeights.nodes).toEqual([own]);
  expect(narrowed.image.raterWeights).toContainEqual(own);
});

test('a fusion tells how far it trusts each rater, beside what is known of them', async () => {
  const { data } = await api.ask(
    `query ($id: ID!) { fusion(id: $id) { method transductive run { status environment } raterWeights { weight
      sensitivity specificity imageCount rater { name } } images(first: 1) { totalCount nodes { losses converged } } } }`,
    { id: results.fusionId },
  );
  expect(data.fusion).toMatchObject({
    method: 'df-gt-expg',
    transductive: true,
    run: { status: 'succeeded' },
  });
  const found = data.fusion.raterWeights.map((w: any) => [
    w.rater.name,
    Math.round(w.weight * 6),
    w.imageCount,
  ]);
  expect(found).toEqual([
    ['rater 0', 1, 6],
    ['rater 1', 2, 6],
    ['rater 2', 3, 6],
  ]);
  expect(data.fusion.raterWeights[0]).toMatchObject({ sensitivity: 0.5, specificity: null });
  expect(data.fusion.images).toMatchObject({ totalCount: 6 });
});

test('numbers that are not finite come as null, and say what they were', async () => {
  const { data, errors } = await api.ask(
    `query ($fusion: ID!, $run: ID!) {
      fusion(id: $fusion) { images(first: 10) { nodes { losses } } }
      run(id: $run) { metrics(names: ["validation_loss"]) { epoch name value notFinite } later: metrics(afterEpoch: 2) { epoch } }
    }`,
    { fusion: results.fusionId, run: results.trainingRunId },
  );
  expect(errors).toBeUndefined();
  expect(data.fusion.images.nodes).toContainEqual({ losses: [0.5, null] });
  expect(data.run.metrics).toEqual([
    { epoch: 1, name: 'validation_loss', value: 2, notFinite: null },
    { epoch: 2, name: 'validation_loss', value: null, notFinite: 'NaN' },
    { epoch: 3, name: 'validation_loss', value: 2 / 3, notFinite: null },
  ]);
  expect(data.run.later).toEqual([{ epoch: 3 }, { epoch: 3 }]);
});

test("an image's fused, predicted masks and maps are found by fusion and model", async () => {
  const query = `query ($fusion: ID!, $model: ID!) { images(first: 2) { nodes {
    fusedMasks(fusionId: $fusion) { url transductive structure { name } }
    expertnessMaps(fusionId: $fusion) { url weight rater { name } }
    predictedMasks(modelId: $model) { url structure { name } } } } }`;
  const { data } = await api.ask(query, { fusion: results.fusionId, model: results.modelId });
  const url = `/blobs/${'a'.repeat(64)}`;
  for (const image of data.images.nodes) {
    expect(image.fusedMasks).toEqual(
      ['disc', 'cup'].map((name) => ({ url, transductive: true, structure: { name } })),
    );
    expect(image.expertnessMaps.map((map: any) => map.rater.name)).toEqual(['rater 0', 'rater 1', 'rater 2']);
    expect(image.expertnessMaps[2].weight).toBeCloseTo(0.5, 12);
    expect(image.predictedMasks).toEqual(['disc', 'cup'].map((name) => ({ url, structure: { name } })));
  }
});

test('how the fusion of an image went is told with the image', async () => {
  const query = `query ($id: ID!) { images(first: 9) { nodes { path fusedImage(fusionId: $id) {
    iterations converged losses image { path } } } } }`;
  const { data, errors } = await api.ask(query, { id: results.fusionId });
  expect(errors).toBeUndefined();
  const nodes = [...data.images.nodes].sort((a, b) => a.path.localeCompare(b.path));
  expect(nodes).toHaveLength(6);
  nodes.forEach(({ path, fusedImage }, i) => {
    // The first image by path is the one that did not converge, and whose last loss is no number.
    const losses = [0.5, i > 0 ? 0.25 : null];
    expect(fusedImage).toEqual({ iterations: 2, converged: i > 0, losses, image: { path } });
  });
});

test('results of a fusion that has not succeeded are not shown', async () => {
  const { prisma } = api.context;
  const { runId } = await prisma.fusion.findUniqueOrThrow({ where: { id: results.fusionId } });
  const query = `query ($id: ID!) { fusion(id: $id) { raterWeights { weight } images(first: 9) { totalCount nodes {
    iterations } } } images(first: 1) { nodes { fusedMasks(fusionId: $id) { url }
    fusedImage(fusionId: $id) { converged } raterWeights(fusionId: $id) { weight } } } }`;
  await prisma.run.update({ where: { id: runId }, data: { status: 'failed' } });
  const { data } = await api.ask(query, { id: results.fusionId });
  await prisma.run.update({ where: { id: runId }, data: { status: 'succeeded' } });
  expect(data.fusion).toEqual({ raterWeights: [], images: { totalCount: 0, nodes: [] } });
  expect(data.images.nodes).toEqual([{ fusedMasks: [], fusedImage: null, raterWeights: [] }]);
});

test('an evaluation gives its numbers with intervals and flags, and its images the worst first', async () => {
  const { data } = await api.ask(
    `query ($id: ID!) { evaluation(id: $id) { transductive metrics { name value low high interval transductive note
      structure { name } rater { name } } scores(first: 100) { nodes { logit image { path } } }
      worst: imageMetrics(first: 3, name: "soft_dice") { totalCount nodes { value image { path } } pageInfo { endCursor } } } }`,
    { id: results.evaluationId },
  );
  const { evaluation } = data;
  expect(evaluation.metrics).toEqual([
    expect.objectContaining({ name: 'auc', value: null, note: 'one class only', transductive: true }),
    expect.objectContaining({ name: 'soft_dice', value: 0.8, low: 0.7, high: 0.9, interval: 'bootstrap' }),
  ]);
  expect(evaluation.scores.nodes.map((score: any) => score.logit).sort()).toEqual([0, 1, 2, 3, 4, 5]);
  const values = evaluation.worst.nodes.map((metric: any) => metric.value);
  expect(values).toEqual([0, 1 / 6, 2 / 6]);
  const rest = await api.ask(
    `query ($id: ID!, $after: String) { evaluation(id: $id) { imageMetrics(first: 9, name: "soft_dice", after: $after) {
      nodes { value } } } }`,
    { id: results.evaluationId, after: evaluation.worst.pageInfo.endCursor },
  );
  expect(rest.data.evaluation.imageMetrics.nodes.map((m: any) => m.value)).toEqual([3 / 6, 4 / 6, 5 / 6]);
});

test('where a small number is a good one the largest comes first; a single rater is asked for by id', async () => {
  const { prisma } = api.context;
  const images = await prisma.image.findMany({ orderBy: { path: 'asc' }, take: 3 });
  const [structure] = await prisma.structure.findMany();
  const [rater] = await prisma.rater.findMany();
  const row = {
    evaluationId: results.evaluationId,
    structureId: structure.id,
    name: 'hausdorff_95',
    unit: 'mm',
  };
  const data = images.map(({ id: imageId }, k) => ({ ...row, imageId, value: [1, 3, 2][k] }));
  const settings = { spacing: [1, 2] };
  await prisma.imageMetric.createMany({
    data: [...data, { ...data[0], value: 9, raterId: rater.id, settings }],
  });
  const query = `query ($id: ID!, $raterId: ID) { evaluation(id: $id) { imageMetrics(name: "hausdorff_95",
    raterId: $raterId) { nodes { value unit settings rater { id } } } } }`;
  const nodes = async (raterId?: string) => {
    const answer = await api.ask(query, { id: results.evaluationId, raterId });
    return answer.data.evaluation.imageMetrics.nodes;
  };
  const [all, ofRater] = [await nodes(), await nodes(rater.id)];
  await prisma.imageMetric.deleteMany({ where: { name: 'hausdorff_95' } });
  expect(all.map(({ value }: any) => value)).toEqual([3, 2, 1]);
  expect(all[0]).toMatchObject({ unit: 'mm', settings: {}, rater: null });
  expect(ofRater).toEqual([{ value: 9, unit: 'mm', settings, rater: { id: rater.id } }]);
});

test('what is said of one image carries the flag of the number that it is a part of', async () => {
  const flags = async () => {
    const { data } = await api.ask(
      `query ($id: ID!) { evaluation(id: $id) { scores { nodes { transductive } } imageMetrics { nodes { transductive } } } }`,
      { id: results.evaluationId },
    );
    const { scores, imageMetrics } = data.evaluation;
    return [scores, imageMetrics].map(({ nodes }) => [
      ...new Set(nodes.map((n: any) => n.transductive) as boolean[]),
    ]);
  };
  expect(await flags()).toEqual([[true], [true]]);
  // As of a model's masks: drawn from the image alone, but compared with masks that saw the label.
  const auc = { evaluationId: results.evaluationId, name: 'auc' };
  await api.context.prisma.evaluationMetric.updateMany({ where: auc, data: { transductive: false } });
  expect(await flags()).toEqual([[false], [true]]);
  await api.context.prisma.evaluationMetric.updateMany({ where: auc, data: { transductive: true } });
});

test('an agreement gives its numbers by structure: of all raters, of one, of two', async () => {
  const { data } = await api.ask(
    `query ($id: ID!) { agreement(id: $id) { split run { kind agreement { id } } snapshot { agreements { id } }
      metrics { name value low high interval count undefinedCount bothEmptyCount oneEmptyCount note structure { name } rater { name }
        otherRater { name } } } }`,
    { id: results.agreementId },
  );
  const { metrics, ...agreement } = data.agreement;
  const self = { id: results.agreementId };
  expect(agreement).toEqual({
    split: null,
    run: { kind: 'agreement', agreement: self },
    snapshot: { agreements: [self] },
  });
  const of = (m: any) => [m.structure.name, m.name, m.rater?.name, m.otherRater?.name];
  expect(metrics.map(of)).toEqual(
    ['disc', 'cup'].flatMap((structure) => [
      [structure, 'fleiss_kappa', undefined, undefined],
      [structure, 'generalised_energy_distance', 'rater 0', undefined],
      [structure, 'dice', 'rater 0', 'rater 1'],
    ]),
  );
  expect(metrics[0]).toMatchObject({ value: null, undefinedCount: 6, note: 'all votes are equal' });
  expect(metrics[2]).toMatchObject({ value: 0.5, low: 0.25, high: 0.75, interval: 'bootstrap', count: 6 });
  expect(metrics[2]).toMatchObject({ bothEmptyCount: 2, oneEmptyCount: 1 });
  expect(metrics[0]).toMatchObject({ bothEmptyCount: null, oneEmptyCount: null });
});

describe('an agreement, image by image', () => {
  const ask = async (args: string, more: Record<string, unknown> = {}): Promise<any[]> => {
    const variables = Object.keys(more).map((name) => `, $${name}: ID`).join(''); // prettier-ignore
    const { data, errors } = await api.ask(
      `query ($id: ID!${variables}) { agreement(id: $id) { imageMetrics(first: 100, ${args}) { totalCount
        nodes { name value unit image { path } structure { name } rater { name } otherRater { name } } } } }`,
      { id: results.agreementId, ...more },
    );
    return errors ?? data.agreement.imageMetrics.nodes;
  };
  const values = (nodes: any[]) => nodes.map(({ value }) => value);
  const names = (nodes: any[]) => [...new Set(nodes.map(({ name }) => name) as string[])].sort();

  test('most disagreement comes first: a small Dice, a large distance; or last, if so asked', async () => {
    const { id: structureId } = (await api.context.prisma.structure.findFirst({ where: { name: 'cup' } }))!;
    const dices = await ask('name: "dice", structureId: $structureId', { structureId });
    expect(values(dices)).toEqual([0, 1, 2, 3, 4, 5].map((k) => k / 6));
    const [worst] = dices;
    expect(worst).toMatchObject({ unit: null, structure: { name: 'cup' } });
    expect([worst.rater.name, worst.otherRater.name]).toEqual(['rater 0', 'rater 1']);
    const distances = await ask('name: "hausdorff_95", structureId: $structureId', { structureId });
    expect(values(distances)).toEqual([5, 4, 3, 2, 1, 0]);
    expect(distances[0]).toMatchObject({ unit: 'mm' });
    const best = await ask('name: "dice", structureId: $structureId, orderBy: best', { structureId });
    expect(values(best)).toEqual([5, 4, 3, 2, 1, 0].map((k) => k / 6));
  });

  test('of all raters, one or two; of a rater; of two in either order; of one image', async () => {
    const raters = await api.context.prisma.rater.findMany({ orderBy: { position: 'asc' } });
    const image = (await api.context.prisma.image.findFirst())!;
    expect(names(await ask('of: all'))).toEqual(['mean_pairwise_dice']);
    expect(names(await ask('of: one'))).toEqual(['generalised_energy_distance']);
    expect(names(await ask('of: pair'))).toEqual(['dice', 'hausdorff_95']);
    const second = { raterId: raters[1].id };
    expect(names(await ask('raterId: $raterId', second))).toEqual(['dice', 'hausdorff_95']);
    const turned = { raterId: raters[1].id, otherRaterId: raters[0].id };
    const both = 'raterId: $raterId, otherRaterId: $otherRaterId, name: "dice"';
    expect(await ask(both, turned)).toHaveLength(12);
    expect(await ask('imageId: $imageId', { imageId: image.id })).toHaveLength(2 * 4);
    expect(await ask('raterId: $raterId', { raterId: 'nobody' })).toMatchObject([
      { message: expect.stringContaining("raterId 'nobody'") as string },
    ]);
  });

  test('until it has succeeded there is none', async () => {
    const { prisma } = api.context;
    const { runId } = await prisma.agreement.findUniqueOrThrow({ where: { id: results.agreementId } });
    await prisma.run.update({ where: { id: runId }, data: { status: 'failed' } });
    const hidden = await ask('of: all');
    await prisma.run.update({ where: { id: runId }, data: { status: 'succeeded' } });
    expect(hidden).toEqual([]);
  });
});

test('an image’s agreement maps are found by agreement, and only once it has succeeded', async () => {
  const { prisma } = api.context;
  const { runId } = await prisma.agreement.findUniqueOrThrow({ where: { id: results.agreementId } });
  const query = `query ($id: ID!) { images(first: 1) { nodes { agreementMaps(agreementId: $id) { kind url
    structure { name } } } } }`;
  const maps = async () =>
    (await api.ask(query, { id: results.agreementId })).data.images.nodes[0].agreementMaps;
  const url = `/blobs/${'a'.repeat(64)}`;
  expect(await maps()).toEqual(
    ['disc', 'cup'].flatMap((name) =>
      ['agreement', 'entropy'].map((kind) => ({ kind, url, structure: { name } })),
    ),
  );
  await prisma.run.update({ where: { id: runId }, data: { status: 'failed' } });
  const hidden = await maps();
  await prisma.run.update({ where: { id: runId }, data: { status: 'succeeded' } });
  expect(hidden).toEqual([]);
});

test('agreement is asked for over HTTP: one question has one answer, and it is found by its snapshot', async () => {
  const ask = (input: object) =>
    api.ask(
      'mutation ($input: MeasureAgreementInput!) { measureAgreement(input: $input) { id run { status } } }',
      {
        input: { snapshotId: results.snapshotId, ...input },
      },
    );
  const first = (await ask({})).data.measureAgreement;
  expect(first.run).toEqual({ status: 'queued' });
  expect((await ask({ seed: 1 })).data.measureAgreement.id).toBe(first.id);
  expect((await ask({ split: 'test' })).errors?.[0]?.extensions['code']).toBe('INVALID_INPUT');
  const { data } = await api.ask(
    `query ($s: ID!) { agreements(filter: { snapshotId: $s, status: queued }) { nodes { id } }
      none: agreements(filter: { split: test }) { totalCount } }`,
    { s: results.snapshotId },
  );
  expect(data).toEqual({ agreements: { nodes: [{ id: first.id }] }, none: { totalCount: 0 } });
});

test('lists are filtered by what they hang on', async () => {
  const { data } = await api.ask(
    `query ($s: ID!, $f: ID!) {
      fusions(filter: { snapshotId: $s, method: "df-gt-expg", status: succeeded }) { totalCount }
      none: fusions(filter: { transductive: false }) { totalCount }
      models(filter: { fusionId: $f, task: segmentation }) { totalCount }
      diagnosis: models(filter: { task: diagnosis }) { totalCount }
      evaluations(filter: { split: test, snapshotId: $s }) { totalCount }
      runs(filter: { kind: training, status: succeeded }) { nodes { id model { method } fusion { id } } }
    }`,
    { s: results.snapshotId, f: results.fusionId },
  );
  expect(data).toEqual({
    fusions: { totalCount: 1 },
    none: { totalCount: 0 },
    models: { totalCount: 1 },
    diagnosis: { totalCount: 0 },
    evaluations: { totalCount: 1 },
    runs: { nodes: [{ id: results.trainingRunId, model: { method: 'baseline-seg' }, fusion: null }] },
  });
});
