import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '../../tests/helpers/database.ts';
import { createCohort, freezeCohort } from './cohorts.service.ts';

let database: TestDatabase;
const actor = 'tester';
const [red, blue] = ['a'.repeat(64), 'b'.repeat(64)];

beforeAll(async () => {
  database = await testDatabase();
  const blob = { bytes: 1, mediaType: 'image/png' };
  await database.prisma.blob.createMany({
    data: [
      { sha256: red, ...blob },
      { sha256: blue, ...blob },
    ],
  });
});
afterAll(() => database.close());

/** Three images (two train, one test), one rater, one structure, diagnoses 1, 0 and none. */
async function seed() {
  const { prisma } = database;
  const image = (path: string, split: 'train' | 'test', diagnosis?: number) => ({
    path,
    subject: path,
    split,
    sha256: red,
    width: 2,
    height: 2,
    diagnoses: { create: diagnosis === undefined ? [] : [{ source: 'reference', value: diagnosis }] },
  });
  const dataset = await prisma.dataset.create({
    data: {
      name: randomUUID(),
      raters: { create: { name: 'r', position: 0 } },
      structures: { create: { name: 's', position: 0 } },
      images: { create: [image('1', 'train', 1), image('2', 'train', 0), image('3', 'test')] },
    },
    include: { raters: true, structures: true, images: { orderBy: { path: 'asc' } } },
  });
  const [raterId, structureId] = [dataset.raters[0].id, dataset.structures[0].id];
  for (const { id: imageId } of dataset.images) {
    await prisma.annotation.create({ data: { imageId, raterId, structureId, sha256: red, area: 1 } });
  }
  return { datasetId: dataset.id, images: dataset.images.map(({ id }) => id), raterId, structureId };
}

async function annotate(
  imageId: string,
  ids: { raterId: string; structureId: string },
  sha256: string,
): Promise<void> {
  const where = { imageId, raterId: ids.raterId, structureId: ids.structureId };
  const version = 1 + (await database.prisma.annotation.count({ where }));
  await database.prisma.annotation.updateMany({
    where: { ...where, current: true },
    data: { current: false },
  });
  await database.prisma.annotation.create({ data: { ...where, version, sha256, area: 1 } });
}

const context = () => ({ prisma: database.prisma, actor });

test('a frozen cohort holds the images of its filter with their annotations and diagnoses', async () => {
  const { datasetId, images } = await seed();
  const filter = { split: { in: ['train'] } };
  const cohort = await createCohort(context(), { datasetId, name: 'train', filter });
  const snapshot = await freezeCohort(context(), cohort.id);
  const frozen = await database.prisma.snapshot.findUniqueOrThrow({
    where: { id: snapshot.id },
    include: { images: { orderBy: { position: 'asc' }, include: { diagnosis: true } }, annotations: true },
  });
  expect(frozen.imageCount).toBe(2);
  expect(
    frozen.images.map(({ imageId, position, diagnosis }) => [imageId, position, diagnosis?.value]),
  ).toEqual([
    [images[0], 0, 1],
    [images[1], 1, 0],
  ]);
  expect(frozen.annotations).toHaveLength(2);
});

test('the same content freezes to the same snapshot, also when asked at once', async () => {
  const { datasetId } = await seed();
  const cohort = await createCohort(context(), { datasetId, name: 'all' });
  const snapshots = await Promise.all(Array.from({ length: 4 }, () => freezeCohort(context(), cohort.id)));
  expect(new Set(snapshots.map(({ id }) => id)).size).toBe(1);
  expect(await database.prisma.auditEvent.count({ where: { subjectId: snapshots[0].id } })).toBe(1);
});

test('a new reading makes a new snapshot and leaves the old one as it was', async () => {
  const { datasetId, images, ...ids } = await seed();
  const cohort = await createCohort(context(), { datasetId, name: 'all' });
  const first = await freezeCohort(context(), cohort.id);
  await annotate(images[0], ids, blue);
  const second = await freezeCohort(context(), cohort.id);
  expect(second.hash).not.toBe(first.hash);
  const contents = async (snapshotId: string) => {
    const rows = await database.prisma.snapshotAnnotation.findMany({
      where: { snapshotId },
      include: { annotation: true },
    });
    return rows.map((row) => row.annotation.sha256).sort();
  };
  expect(await contents(first.id)).toEqual([red, red, red]);
  expect(await contents(second.id)).toEqual([red, red, blue]);
  await annotate(images[0], ids, red);
  expect((await freezeCohort(context(), cohort.id)).id).toBe(first.id);
});

test('the hash depends on content, not on where it was imported', async () => {
  const hashes = [];
  for (let i = 0; i < 2; i++) {
    const { datasetId } = await seed();
    hashes.push(
      (await freezeCohort(context(), (await createCohort(context(), { datasetId, name: 'all' })).id)).hash,
    );
  }
  expect(hashes[0]).toBe(hashes[1]);
});

test('what cannot be frozen or saved says why, and leaves nothing', async () => {
  const { datasetId } = await seed();
  const none = await createCohort(context(), {
    datasetId,
    name: 'none',
    filter: { subject: { eq: 'nobody' } },
  });
  await expect(freezeCohort(context(), none.id)).rejects.toThrow(/is empty/);
  await expect(freezeCohort(context(), randomUUID())).rejects.toMatchObject({
    extensions: { code: 'NOT_FOUND' },
  });
  const again = createCohort(context(), { datasetId, name: 'none' });
  await expect(again).rejects.toMatchObject({ extensions: { code: 'CONFLICT' } });
  await expect(createCohort(context(), { datasetId: randomUUID(), name: 'x' })).rejects.toThrow(/no dataset/);
  expect(await database.prisma.snapshot.count({ where: { cohortId: none.id } })).toBe(0);
});
