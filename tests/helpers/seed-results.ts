import type { PrismaClient } from '../../api/db.ts';
import type { Prisma, RunKind } from '../../prisma/client/client.ts';

export interface SeededResults {
  readonly snapshotId: string;
  readonly fusionId: string;
  readonly modelId: string;
  readonly evaluationId: string;
  readonly trainingRunId: string;
  readonly experimentId: string;
  readonly agreementId: string;
}

const sha256 = 'a'.repeat(64);

/** A succeeded fusion, training and evaluation over all images of a seeded dataset: rows alone, without files. */
export async function seedResults(prisma: PrismaClient, datasetId: string): Promise<SeededResults> {
  const images = await prisma.image.findMany({ where: { datasetId }, orderBy: { path: 'asc' } });
  const raters = await prisma.rater.findMany({ where: { datasetId }, orderBy: { position: 'asc' } });
  const structures = await prisma.structure.findMany({ where: { datasetId } });
  const cohort = await prisma.cohort.create({ data: { datasetId, name: 'all' } });
  const { id: snapshotId } = await prisma.snapshot.create({
    data: { cohortId: cohort.id, hash: 'b'.repeat(64), imageCount: images.length },
  });
  const run = (kind: RunKind, key: string) => ({
    create: {
      kind,
      key: key.repeat(64),
      status: 'succeeded' as const,
      progress: 1,
      config: {},
      codeVersion: 'test',
      environment: { backend: 'none' },
      finishedAt: new Date(),
    },
  });
  const size = { width: 64, height: 64 };
  const fusion = await prisma.fusion.create({
    data: {
      run: run('fusion', 'c'),
      snapshot: { connect: { id: snapshotId } },
      method: 'df-gt-expg',
      transductive: true,
      ...size,
    },
  });
  const of = { fusionId: fusion.id };
  for (const [i, { id: imageId }] of images.entries()) {
    const losses = [0.5, 0.25];
    await prisma.fusedImage.create({ data: { ...of, imageId, iterations: 2, converged: i > 0, losses } });
    await prisma.fusedMask.createMany({
      data: structures.map(({ id }) => ({ ...of, imageId, structureId: id, sha256, width: 8, height: 8 })),
    });
    await prisma.expertnessMap.createMany({
      data: raters.map(({ id }) => ({ ...of, imageId, raterId: id, sha256, width: 8, height: 8 })),
    });
    const weights = raters.map((_, k) => (k + 1) / ((raters.length * (raters.length + 1)) / 2));
    await prisma.raterWeight.createMany({
      data: raters.map(({ id }, k) => ({
        ...of,
        imageId,
        raterId: id,
        weight: weights[k],
        sensitivity: 0.5,
      })),
    });
  }
  await prisma.raterPerformance.createMany({
    data: structures.map(({ id: structureId }, k) => ({
      ...of,
      imageId: images[0].id,
      raterId: raters[0].id,
      structureId,
      sensitivity: k / 4,
      specificity: null,
    })),
  });
  const model = await prisma.model.create({
    data: {
      run: run('training', 'd'),
      snapshot: { connect: { id: snapshotId } },
      fusion: { connect: { id: fusion.id } },
      blob: { connect: { sha256 } },
      method: 'baseline-seg',
      task: 'segmentation',
      ...size,
    },
  });
  await prisma.epochMetric.createMany({
    data: [1, 2, 3].flatMap((epoch) => [
      { runId: model.runId, epoch, name: 'loss', value: 1 / epoch },
      { runId: model.runId, epoch, name: 'validation_loss', value: 2 / epoch },
    ]),
  });
  // PostgreSQL keeps numbers that are not finite; Prisma's client takes none.
  await prisma.$executeRaw`update epoch_metrics set value = 'NaN' where epoch = 2 and name = 'validation_loss'`;
  await prisma.$executeRaw`update fused_images set losses = '{0.5, NaN}' where image_id = ${images[0].id}::uuid`;
  const evaluation = await prisma.evaluation.create({
    data: {
      run: run('evaluation', 'e'),
      snapshot: { connect: { id: snapshotId } },
      model: { connect: { id: model.id } },
      judgeModel: { connect: { id: model.id } },
      split: 'test',
      transductive: true,
    },
  });
  const [structure] = structures;
  await prisma.evaluationMetric.createMany({
    data: [
      {
        name: 'soft_dice',
        structureId: structure.id,
        value: 0.8,
        low: 0.7,
        high: 0.9,
        interval: 'bootstrap',
      },
      { name: 'auc', value: null, note: 'one class only' },
    ].map((metric) => ({ ...metric, evaluationId: evaluation.id, count: images.length, transductive: true })),
  });
  for (const [i, { id: imageId }] of images.entries()) {
    const row = { evaluationId: evaluation.id, imageId };
    await prisma.diagnosisScore.create({ data: { ...row, logit: i } });
    await prisma.predictedMask.createMany({
      data: structures.map(({ id }) => ({
        modelId: model.id,
        imageId,
        structureId: id,
        sha256,
        width: 8,
        height: 8,
      })),
    });
    await prisma.imageMetric.create({
      data: {
        ...row,
        structureId: structure.id,
        name: 'soft_dice',
        value: ((7 * i) % images.length) / images.length,
      },
    });
  }
  const experimentId = await seedExperiment(prisma, run('experiment', 'f'), snapshotId, evaluation.runId);
  const agreement = await prisma.agreement.create({
    data: { run: run('agreement', '9'), snapshot: { connect: { id: snapshotId } } },
  });
  await seedAgreement(prisma, agreement.id, { images, structures, raters });
  return {
    snapshotId,
    experimentId,
    agreementId: agreement.id,
    fusionId: fusion.id,
    modelId: model.id,
    evaluationId: evaluation.id,
    trainingRunId: model.runId,
  };
}

async function seedExperiment(
  prisma: PrismaClient,
  run: { readonly create: Prisma.RunCreateWithoutExperimentInput },
  snapshotId: string,
  evaluationRunId: string,
): Promise<string> {
  const { id } = await prisma.experiment.create({
    data: {
      run,
      snapshot: { connect: { id: snapshotId } },
      name: 'figure-4',
      steps: { create: { position: 3, label: 'evaluate', run: { connect: { id: evaluationRunId } } } },
    },
  });
  const place = {
    experimentId: id,
    protocol: 'paper',
    method: 'df-gt-expg',
    model: 'dl-cat',
    transductive: true,
  };
  for (const [position, metric] of ['auc', 'auc_difference'].entries()) {
    const against = position === 1 ? 'majority-vote' : null;
    const row = await prisma.experimentRow.create({
      data: { ...place, position, metric, against, value: 0.25, seeds: [1, 2] },
    });
    await prisma.experimentRowStep.create({ data: { rowId: row.id, experimentId: id, position: 3 } });
  }
  return id;
}

/** Of each structure: one number of all raters, of the first, and of the first two; last first. Numbers and maps of all images. */
async function seedAgreement(
  prisma: PrismaClient,
  agreementId: string,
  { images, structures, raters }: Record<'images' | 'structures' | 'raters', readonly { id: string }[]>,
): Promise<void> {
  const [raterId, otherRaterId] = raters.map(({ id }) => id);
  const interval = {
    low: 0.25,
    high: 0.75,
    interval: 'bootstrap',
    count: images.length,
    undefinedCount: 0,
    bothEmptyCount: 2,
    oneEmptyCount: 1,
  };
  const figures = [
    { name: 'dice', value: 0.5, ...interval, raterId, otherRaterId },
    { name: 'generalised_energy_distance', value: 0.5, ...interval, raterId },
    {
      name: 'fleiss_kappa',
      value: null,
      count: 0,
      undefinedCount: images.length,
      note: 'all votes are equal',
    },
  ];
  await prisma.agreementMetric.createMany({
    data: structures.flatMap(({ id }) =>
      figures.map((figure) => ({ ...figure, agreementId, structureId: id })),
    ),
  });
  const pair = { agreementId, raterId, otherRaterId };
  await prisma.imageAgreement.createMany({
    data: images.flatMap(({ id: imageId }, i) =>
      structures.flatMap(({ id: structureId }) => [
        { ...pair, imageId, structureId, name: 'dice', value: ((5 * i) % images.length) / images.length },
        { ...pair, imageId, structureId, name: 'hausdorff_95', unit: 'mm', value: (5 * i) % images.length },
        { agreementId, raterId, imageId, structureId, name: 'generalised_energy_distance', value: 0.5 },
        { agreementId, imageId, structureId, name: 'mean_pairwise_dice', value: 0.5 },
      ]),
    ),
  });
  await prisma.agreementMap.createMany({
    data: images.flatMap(({ id: imageId }) =>
      structures.flatMap(({ id: structureId }) =>
        (['entropy', 'agreement'] as const).map((kind) => {
          return { agreementId, imageId, structureId, kind, sha256 };
        }),
      ),
    ),
  });
}
