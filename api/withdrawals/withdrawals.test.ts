import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { goodFolder } from '../../tests/helpers/image-folder.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { seedImages } from '../../tests/helpers/seed-images.ts';
import { createCohort, freezeCohort } from '../cohorts/cohorts.service.ts';
import { datasetLock } from '../datasets/import/dataset-name.ts';
import { importDataset, type ImportRequest } from '../datasets/import/import-dataset.ts';
import { restore, withdraw, type WithdrawInput } from './withdrawals.service.ts';

let context: TestJobContext;

beforeAll(async () => {
  context = await testJobContext();
});
afterAll(() => context.close());

let count = 0;
const reason = 'the patient asked';
const take = (input: Partial<WithdrawInput>) => withdraw(context, { reason, ...input });
const undo = (withdrawalId: string) => restore(context, { withdrawalId, reason: 'a mistake' });

async function dataset() {
  const { id, name } = await seedImages(context.pool, { name: `withdrawn ${++count}`, images: 14 });
  await context.pool.query(
    `update images set split = (array['train', 'validation', 'test'])[1 + right(subject, 1)::int % 3]::split
     where dataset_id = $1`,
    [id],
  );
  const images = await context.prisma.image.findMany({ where: { datasetId: id }, orderBy: { path: 'asc' } });
  const cohort = await createCohort(context, { datasetId: id, name: 'all' });
  return { id, name, images, cohort, freeze: () => freezeCohort(context, cohort.id) };
}

describe('withdraw', () => {
  test('an image: new snapshots leave it out, older ones keep it', async () => {
    const { images, freeze } = await dataset();
    const before = await freeze();
    const { id } = await take({ imageIds: [images[3].id] });
    const after = await freeze();
    expect([before.imageCount, after.imageCount]).toEqual([14, 13]);
    expect(await context.prisma.snapshotImage.count({ where: { snapshotId: before.id } })).toBe(14);
    expect(
      await context.prisma.snapshotImage.count({ where: { snapshotId: after.id, imageId: images[3].id } }),
    ).toBe(0);
    expect(await context.prisma.withdrawal.findUniqueOrThrow({ where: { id } })).toMatchObject({
      actor: 'tester',
      reason,
    });
    await undo(id);
    expect((await freeze()).id).toBe(before.id);
  });

  test('an annotation or a diagnosis: its image stays, without it', async () => {
    const { images, freeze } = await dataset();
    const first = await freeze();
    const [imageId] = images.map(({ id }) => id);
    const annotation = await context.prisma.annotation.findFirstOrThrow({ where: { imageId } });
    const diagnosis = await context.prisma.diagnosis.findFirstOrThrow({ where: { imageId } });
    const one = await take({ annotationIds: [annotation.id] });
    const two = await take({ diagnosisIds: [diagnosis.id] });
    const second = await freeze();
    expect(second.imageCount).toBe(14);
    const members = { snapshotId: second.id, imageId };
    expect((await context.prisma.snapshotImage.findFirstOrThrow({ where: members })).diagnosisId).toBeNull();
    expect(
      await context.prisma.snapshotAnnotation.count({
        where: { snapshotId: second.id, annotation: { imageId } },
      }),
    ).toBe(2);
    await undo(one.id);
    await undo(two.id);
    expect((await freeze()).id).toBe(first.id);
  });

  test('a subject, and then the dataset: each row keeps the withdrawal that took it first', async () => {
    const { id, images, cohort } = await dataset();
    const subject = await take({ subject: { datasetId: id, name: 'subject 2' } });
    const whole = await take({ datasetId: id });
    const withdrawn = await context.prisma.image.findMany({ where: { datasetId: id } });
    expect(withdrawn.filter(({ withdrawalId }) => withdrawalId === subject.id)).toHaveLength(2);
    expect(withdrawn.filter(({ withdrawalId }) => withdrawalId === whole.id)).toHaveLength(images.length - 2);
    await expect(freezeCohort(context, cohort.id)).rejects.toThrow('the cohort is empty');
    await expect(createCohort(context, { datasetId: id, name: 'more' })).rejects.toThrow('is withdrawn');
    await expect(undo(subject.id)).rejects.toThrow('restore that first');
    await undo(whole.id);
    expect((await freezeCohort(context, cohort.id)).imageCount).toBe(12);
  });

  test('is refused a second time, and changes nothing', async () => {
    const { id, images } = await dataset();
    const [a, b] = images.map((image) => image.id);
    const first = await take({ imageIds: [a] });
    const withdrawals = await context.prisma.withdrawal.count();
    await expect(take({ imageIds: [b, a] })).rejects.toThrow(
      `image '${a}' was withdrawn before (withdrawal ${first.id})`,
    );
    expect(await context.prisma.image.findUniqueOrThrow({ where: { id: b } })).toMatchObject({
      withdrawalId: null,
    });
    await take({ subject: { datasetId: id, name: 'subject 1' } });
    await expect(take({ subject: { datasetId: id, name: 'subject 1' } })).rejects.toThrow('before');
    await take({ datasetId: id });
    await expect(take({ datasetId: id })).rejects.toThrow('before');
    expect(await context.prisma.withdrawal.count()).toBe(withdrawals + 2);
  });

  test('by two at once counts once', async () => {
    const { images } = await dataset();
    const asked = [1, 2, 3].map(() => take({ imageIds: [images[0].id] }));
    const results = await Promise.allSettled(asked);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  const nobody = '01890000-0000-7000-8000-000000000000';
  test.each<[string, Partial<WithdrawInput>, string | RegExp]>([
    ['nothing', {}, 'name exactly one of'],
    ['two targets', { imageIds: [nobody], datasetId: nobody }, 'received imageIds, datasetId'],
    ['no ids', { imageIds: [] }, 'expected 1 to 1000 ids, received 0'],
    ['what is no id', { imageIds: ["'; drop table images"] }, 'is not an id'],
    ['an unknown image', { imageIds: [nobody] }, `no image '${nobody}'`],
    ['an unknown annotation', { annotationIds: [nobody] }, `no annotation '${nobody}'`],
    ['an unknown dataset', { datasetId: nobody }, `no dataset '${nobody}'`],
    ['a subject of an unknown dataset', { subject: { datasetId: nobody, name: 'p' } }, 'no dataset'],
    ['no reason', { imageIds: [nobody], reason: ' \n' }, 'reason: say why'],
  ])('of %s is refused', async (_, input, message) => {
    await expect(take(input)).rejects.toThrow(message);
  });

  test('of an unknown subject is refused', async () => {
    const { id } = await dataset();
    await expect(take({ subject: { datasetId: id, name: 'nobody' } })).rejects.toThrow("no subject 'nobody'");
  });

  test('of a dataset waits for an import that is writing, and takes what it has written', async () => {
    const { id, name } = await dataset();
    const client = await context.pool.connect();
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [datasetLock(name)]);
    const withdrawing = take({ datasetId: id });
    await client.query(
      `insert into images (id, dataset_id, path, subject, split, sha256, width, height)
       values (gen_random_uuid(), $1, 'late.png', 'late', 'test', repeat('a', 64), 1, 1)`,
      [id],
    );
    await client.query('commit');
    client.release();
    const { id: withdrawalId } = await withdrawing;
    expect(
      await context.prisma.image.findFirstOrThrow({ where: { datasetId: id, path: 'late.png' } }),
    ).toMatchObject({ withdrawalId });
  });

  test('is in the audit log with who, what, why and how many', async () => {
    const { images } = await dataset();
    const ids = images.slice(0, 2).map(({ id }) => id);
    const { id } = await take({ imageIds: ids });
    await undo(id);
    const events = await context.prisma.auditEvent.findMany({
      where: { subjectId: id },
      orderBy: { id: 'asc' },
    });
    expect(events).toMatchObject([
      { actor: 'tester', action: 'image.withdraw', detail: { reason, ids, rows: 2 } },
      { actor: 'tester', action: 'withdrawal.restore', detail: { reason: 'a mistake', images: 2 } },
    ]);
    await expect(context.pool.query(`delete from audit_events where subject_id = '${id}'`)).rejects.toThrow(
      'append-only',
    );
    await expect(
      context.pool.query(`update withdrawals set reason = 'x' where id = '${id}'`),
    ).rejects.toThrow('append-only');
  });
});

describe('restore', () => {
  test('is refused where nothing is left of a withdrawal', async () => {
    const { images } = await dataset();
    const { id } = await take({ imageIds: [images[0].id] });
    await undo(id);
    await expect(undo(id)).rejects.toThrow('nothing of it is left');
  });

  test('is refused where a subject would be in two splits', async () => {
    const { images } = await dataset();
    const theirs = images.filter(({ subject }) => subject === 'subject 1');
    const withdrawal = await take({ imageIds: [theirs[0].id] });
    await context.prisma.image.update({ where: { id: theirs[1].id }, data: { split: 'train' } });
    await expect(undo(withdrawal.id)).rejects.toThrow("subject 'subject 1' would be in two splits");
    expect(await context.prisma.image.findUniqueOrThrow({ where: { id: theirs[0].id } })).toMatchObject({
      withdrawalId: withdrawal.id,
    });
  });

  test('of an annotation that has a newer version leaves the newer one', async () => {
    const { images } = await dataset();
    const old = await context.prisma.annotation.findFirstOrThrow({ where: { imageId: images[0].id } });
    const { id } = await take({ annotationIds: [old.id] });
    const { imageId, raterId, structureId, sha256 } = old;
    const newer = await context.prisma.annotation.create({
      data: { imageId, raterId, structureId, sha256, area: 1, version: 2 },
    });
    await expect(undo(id)).rejects.toThrow('nothing of it is left');
    expect((await context.prisma.annotation.findUniqueOrThrow({ where: { id: newer.id } })).current).toBe(
      true,
    );
  });
});

describe('an import after a withdrawal', () => {
  const run = (path: string, request: Partial<ImportRequest> = {}) =>
    importDataset({ pool: context.pool, blobs: context.blobs, actor: 'tester' }, { path, ...request });

  test('leaves a withdrawn image out, under its path and under any other, and goes on with the rest', async () => {
    const { folder } = await goodFolder();
    const { datasetId } = await run(folder);
    const image = await context.prisma.image.findFirstOrThrow({ where: { datasetId, path: 'one.png' } });
    await take({ imageIds: [image.id] });
    const told = { images: 1, shown: [expect.stringContaining(`one.png: withdrawn by tester`) as string] };
    expect(await run(folder)).toMatchObject({ imagesUnchanged: 1, leftWithdrawn: told });
    const table = 'path,subject,split,mask:a:s\nother.png,p3,train,m/one-a.png\n';
    await writeFile(join(folder, 'images.csv'), table);
    await writeFile(join(folder, 'other.png'), await context.blobs.get(image.sha256!));
    expect(await run(folder)).toMatchObject({ imagesAdded: 0, leftWithdrawn: { images: 1 } });
    expect(await context.prisma.image.count({ where: { datasetId } })).toBe(2);
  });

  test('of a withdrawn dataset is refused; restore takes it back with what the folder has', async () => {
    const { folder, name } = await goodFolder();
    const { datasetId } = await run(folder);
    await take({ datasetId });
    await expect(run(folder)).rejects.toThrow(`dataset '${name}' was withdrawn by tester`);
    expect(await run(folder, { name: `${name} anew` })).toMatchObject({ imagesAdded: 2 });
    expect(await run(folder, { restore: true })).toMatchObject({ datasetId, imagesRestored: 2 });
    expect(await context.prisma.dataset.findUniqueOrThrow({ where: { id: datasetId } })).toMatchObject({
      withdrawalId: null,
    });
  });
});
