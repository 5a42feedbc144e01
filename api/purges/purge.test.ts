import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, succeeded } from '../../tests/helpers/ended.ts';
import { folderOf, freshName, grey } from '../../tests/helpers/image-folder.ts';
import { testJobContext, type TestJobContext } from '../../tests/helpers/job-context.ts';
import { tinyDataset, tinyResnet, type TinyDataset } from '../../tests/helpers/tiny-dataset.ts';
import { measureAgreement } from '../agreement/agreement.service.ts';
import { createCohort, freezeCohort } from '../cohorts/cohorts.service.ts';
import { importDataset, type ImportRequest } from '../datasets/import/import-dataset.ts';
import { evaluate } from '../evaluations/evaluations.service.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import type { QueueWorker } from '../queue/queue-worker.ts';
import { cancelRun } from '../runs/runs.service.ts';
import { hashOf, openBlobStore } from '../storage/blob-store.ts';
import { trainModel } from '../training/training.service.ts';
import { startWorker } from '../worker/start-worker.ts';
import { withdraw } from '../withdrawals/withdrawals.service.ts';
import { purge, type PurgeInput } from './purges.service.ts';

let context: TestJobContext;
let blobFolder: string;
let worker: QueueWorker | null = null;

beforeAll(async () => {
  blobFolder = await mkdtemp(join(tmpdir(), 'consilium-purge-'));
  const made = await testJobContext();
  context = { ...made, blobs: openBlobStore({ blobFolder, s3: null }, made.pool) };
}, 60_000);
afterEach(async () => {
  await worker?.close();
  worker = null;
});
afterAll(async () => {
  await context.close();
  await rm(blobFolder, { recursive: true });
});

const reason = 'consent was withdrawn';
const destroy = (input: Partial<PurgeInput>) => purge(context, { reason, ...input });

const run = (path: string, request: Partial<ImportRequest> = {}) =>
  importDataset({ pool: context.pool, blobs: context.blobs, actor: 'tester' }, { path, ...request });

async function files(): Promise<Set<string>> {
  const all = await readdir(blobFolder, { recursive: true, withFileTypes: true });
  return new Set(all.filter((file) => file.isFile()).map(({ name }) => name));
}

async function work(): Promise<void> {
  worker ??= await startWorker(context);
}

const picture = (shade: number) =>
  grey(
    4,
    4,
    Array.from({ length: 16 }, (_, k) => (k === 0 ? shade : 0)),
  );
/** 4×4; a different mask for each number below 65536. */
const mask = (number: number) =>
  grey(
    4,
    4,
    Array.from({ length: 16 }, (_, k) => (((number * 40503) >> k) & 1) * 255),
  );

/** Two images of two people; `shade` makes their bytes those of this test alone. The masks of b are one file. */
async function pair(shade: number) {
  const name = freshName();
  const folder = await folderOf({
    'manifest.json': { name, table: 't.csv' },
    't.csv': [
      'path,subject,split,diagnosis,age,mask:a:s,mask:b:s',
      'one.png,p1,train,1,61,one-a.png,b.png',
      'two.png,p2,test,0,62,two-a.png,b.png',
    ].join('\n'),
    'one.png': await picture(shade),
    'two.png': await picture(shade + 1),
    'one-a.png': await mask(shade),
    'two-a.png': await mask(shade + 1),
    'b.png': await mask(9999),
  });
  const { datasetId } = await run(folder);
  const [one, two] = await context.prisma.image.findMany({
    where: { datasetId },
    orderBy: { path: 'asc' },
    include: { annotations: { include: { rater: true } } },
  });
  return { folder, name, datasetId, one, two };
}

describe('a purge', () => {
  test('of an image: its bytes are not read from the moment it is decided, and then they are gone', async () => {
    const { one, two } = await pair(30);
    const shared = one.annotations.find(({ rater }) => rater.name === 'b')!.sha256;
    const { id, runId } = await destroy({ imageIds: [one.id] });
    expect((await files()).has(one.sha256!)).toBe(true);
    await expect(
      context.pool.query(
        `insert into images (id, dataset_id, path, subject, split, sha256, width, height)
         values (gen_random_uuid(), $1, 'again.png', 'p', 'test', $2, 2, 2)`,
        [one.datasetId, one.sha256!],
      ),
    ).rejects.toThrow('were purged');
    await work();
    const ending = await ended(context, runId);
    expect(ending).toMatchObject({ status: 'succeeded', result: { filesDeleted: 2, filesShared: 1 } });
    const left = await files();
    expect([left.has(one.sha256!), left.has(two.sha256!), left.has(shared)]).toEqual([false, true, true]);
    await expect(context.blobs.get(one.sha256!)).rejects.toMatchObject({ extensions: { code: 'PURGED' } });
    const row = await context.prisma.image.findUniqueOrThrow({ where: { id: one.id } });
    // What the row tells of the person goes too; its name in the dataset stays, for those who look where it was used.
    expect(row).toMatchObject({ purgeId: id, path: 'one.png', metadata: {} });
    expect(row.withdrawalId).not.toBeNull();
  });

  test('keeps what another image has too, until that one is purged as well', async () => {
    const [first, second] = [await pair(40), await pair(40)];
    expect(second.one.sha256!).toBe(first.one.sha256!);
    await work();
    const one = await destroy({ imageIds: [first.one.id] });
    expect((await ended(context, one.runId)).result).toMatchObject({ filesDeleted: 0, filesShared: 3 });
    expect((await files()).has(first.one.sha256!)).toBe(true);
    // The other dataset is imported as ever: nobody has withdrawn that row.
    expect(await run(second.folder, { verify: true })).toMatchObject({ imagesUnchanged: 2 });
    const other = await destroy({ imageIds: [second.one.id] });
    expect((await ended(context, other.runId)).result).toMatchObject({ filesDeleted: 2, filesShared: 1 });
    expect((await files()).has(first.one.sha256!)).toBe(false);
  });

  test('is refused a second time; of what is only withdrawn it is not', async () => {
    const { one, datasetId } = await pair(50);
    await withdraw(context, { imageIds: [one.id], reason: 'first' });
    await destroy({ imageIds: [one.id] });
    await expect(destroy({ imageIds: [one.id] })).rejects.toThrow('all of it was purged before');
    await destroy({ datasetId });
    await expect(destroy({ datasetId })).rejects.toThrow('all of it was purged before');
    const purged = await context.prisma.image.findMany({
      where: { datasetId },
      include: { withdrawal: true },
    });
    expect(purged.map(({ purgeId, withdrawal }) => [purgeId !== null, withdrawal?.reason]).sort()).toEqual([
      [true, reason],
      [true, 'first'],
    ]);
    await expect(
      context.prisma.dataset.findUniqueOrThrow({ where: { id: datasetId } }),
    ).resolves.toMatchObject({ withdrawalId: expect.any(String) as string });
  });

  const nobody = '01890000-0000-7000-8000-000000000000';
  test.each<[string, Partial<PurgeInput>, string]>([
    ['nothing', {}, 'name exactly one of'],
    ['a diagnosis', { diagnosisIds: [nobody] } as Partial<PurgeInput>, 'a diagnosis has no bytes'],
    ['an unknown image', { imageIds: [nobody] }, `no image '${nobody}'`],
    ['an unknown annotation', { annotationIds: [nobody] }, `no annotation '${nobody}'`],
    ['an unknown dataset', { datasetId: nobody }, `no dataset '${nobody}'`],
    ['no reason', { imageIds: [nobody], reason: '' }, 'reason: say why'],
  ])('of %s is refused, and leaves nothing', async (_, input, message) => {
    const before = await context.prisma.run.count();
    await expect(destroy(input)).rejects.toThrow(message);
    expect(await context.prisma.run.count()).toBe(before);
  });

  test('of an annotation takes its mask alone', async () => {
    const { one, datasetId } = await pair(60);
    const { id, sha256 } = one.annotations.find(({ rater }) => rater.name === 'a')!;
    await work();
    const { runId } = await destroy({ annotationIds: [id] });
    expect((await ended(context, runId)).result).toMatchObject({ filesDeleted: 1, filesShared: 0 });
    const left = await files();
    expect([left.has(sha256), left.has(one.sha256!)]).toEqual([false, true]);
    const cohort = await createCohort(context, { datasetId, name: 'all' });
    const snapshot = await freezeCohort(context, cohort.id);
    expect(await context.prisma.snapshotAnnotation.count({ where: { snapshotId: snapshot.id } })).toBe(3);
  });

  test('cannot be cancelled', async () => {
    const { one } = await pair(65);
    const { runId } = await destroy({ imageIds: [one.id] });
    await expect(cancelRun(context, runId)).rejects.toThrow('it cannot be cancelled');
    await work();
    expect(await ended(context, runId)).toMatchObject({ status: 'succeeded' });
  });

  test('whose storage failed can be asked for again', async () => {
    const { one } = await pair(68);
    const blobs = { ...context.blobs, removePurged: () => Promise.reject(new Error('the bucket is away')) };
    worker = await startWorker({ ...context, blobs });
    const first = await destroy({ imageIds: [one.id] });
    expect(await ended(context, first.runId)).toMatchObject({
      status: 'failed',
      errorMessage: 'the bucket is away',
    });
    await worker.close();
    worker = null;
    await work();
    const second = await destroy({ imageIds: [one.id] });
    expect(await ended(context, second.runId)).toMatchObject({ status: 'succeeded' });
    expect((await files()).has(one.sha256!)).toBe(false);
  });

  test('that ends after bytes were deleted, and before that was noted, is finished by the next worker', async () => {
    const { one, two, datasetId } = await pair(70);
    const { runId, id } = await destroy({ datasetId });
    const dying = new AbortController();
    // A process that is killed there: it has deleted files, and nothing that it meant to write is written.
    const blobs = {
      ...context.blobs,
      removePurged: (client: Parameters<typeof context.blobs.removePurged>[0], names: readonly string[]) =>
        context.blobs.removePurged(
          {
            query: ((text: string, values: unknown[]) => {
              if (!text.startsWith('update')) return client.query(text, values);
              dying.abort();
              throw new Error('killed');
            }) as typeof client.query,
          },
          names,
        ),
    };
    const { purgeJob } = await import('../jobs/purge.job.ts');
    const input = { ...context, blobs, request: { purgeId: id }, signal: dying.signal };
    const progress = { report: () => undefined, flush: async () => undefined };
    await expect(purgeJob.perform({ ...input, progress } as never)).rejects.toThrow('killed');
    expect((await files()).has(one.sha256!)).toBe(false);
    expect(await context.prisma.blob.count({ where: { purgeId: id, erasedAt: null } })).toBe(4);
    await work();
    expect(await ended(context, runId)).toMatchObject({ status: 'succeeded', result: { filesDeleted: 4 } });
    expect((await files()).has(two.sha256!)).toBe(false);
    expect(await context.prisma.blob.count({ where: { purgeId: id, erasedAt: null } })).toBe(0);
  });
});

describe('what was purged and is imported again', () => {
  test('stays out under any name, path and dataset, its bytes too, and the rest comes in', async () => {
    const { one, folder } = await pair(80);
    await work();
    await ended(context, (await destroy({ imageIds: [one.id] })).runId);
    for (const request of [{ verify: true }, { name: freshName() }]) {
      const report = await run(folder, request);
      expect(report.leftWithdrawn).toMatchObject({ images: 1 });
      expect(report.imagesAdded + report.imagesUnchanged).toBe(1);
      expect((await files()).has(one.sha256!)).toBe(false);
    }
    const elsewhere = await folderOf({
      'manifest.json': {
        name: freshName(),
        images: [{ path: 'renamed.png', masks: [{ rater: 'a', structure: 's', path: 'm.png' }] }],
      },
      'renamed.png': await picture(80),
      'm.png': await mask(9998),
    });
    expect(await run(elsewhere)).toMatchObject({ imagesAdded: 0, leftWithdrawn: { images: 1 } });
    expect((await files()).has(one.sha256!)).toBe(false);
  });

  test('comes back where restore is asked for', async () => {
    const { one, folder } = await pair(90);
    await work();
    await ended(context, (await destroy({ imageIds: [one.id] })).runId);
    expect(await run(folder, { restore: true })).toMatchObject({
      ...{ imagesRestored: 1, annotationsAdded: 2 },
      leftWithdrawn: { images: 0 },
    });
    expect(await context.blobs.get(one.sha256!)).toEqual(await picture(90));
    expect(await context.prisma.image.findUniqueOrThrow({ where: { id: one.id } })).toMatchObject({
      ...{ purgeId: null, withdrawalId: null, metadata: { age: 61 } },
    });
  });

  test('is removed again where the purge came while the import was reading', async () => {
    const { one, folder } = await pair(100);
    await work();
    let done: Promise<unknown> | undefined;
    const asked = run(folder, {
      verify: true,
      onProgress: ({ stage }) => {
        if (stage === 'reading') done ??= destroy({ imageIds: [one.id] });
      },
    });
    const [report] = await Promise.all([asked, asked.then(() => done)]);
    const row = await context.prisma.image.findUniqueOrThrow({
      where: { id: one.id },
      include: { purge: true },
    });
    await ended(context, row.purge!.runId);
    expect(report.imagesAdded).toBe(0);
    expect((await files()).has(one.sha256!)).toBe(false);
  });

  test('a mask that is the same file as a purged one is stored for whoever has it', async () => {
    const { one } = await pair(110);
    await work();
    await ended(context, (await destroy({ imageIds: [one.id] })).runId);
    const { sha256 } = one.annotations.find(({ rater }) => rater.name === 'a')!;
    expect((await files()).has(sha256)).toBe(false);
    const other = await folderOf({
      'manifest.json': {
        name: freshName(),
        images: [{ path: 'x.png', masks: [{ rater: 'a', structure: 's', path: 'm.png' }] }],
      },
      'x.png': await picture(7),
      'm.png': await mask(110),
    });
    expect(await run(other)).toMatchObject({ annotationsAdded: 1 });
    expect(hashOf(await context.blobs.get(sha256))).toBe(sha256);
  });
});

describe('results of what was purged', () => {
  let tiny: TinyDataset;
  const size = 32;

  beforeAll(async () => {
    tiny = await tinyDataset(context.prisma, context.blobs, { name: freshName() });
  });

  const vote = (seed = 1) => ({ snapshotId: tiny.snapshotId, method: 'majority-vote', size, seed });
  const imageIn = (split: 'train' | 'test', skip = 0) =>
    context.prisma.image.findFirstOrThrow({
      where: { datasetId: tiny.datasetId, split, withdrawalId: null },
      orderBy: { path: 'asc' },
      skip,
    });

  test('masks and maps made of it go; models, numbers and other images stay, and tell', async () => {
    await work();
    const fusion = await succeeded(context, fuseLabels(context, vote()));
    const { snapshotId } = tiny;
    const agreement = await succeeded(context, measureAgreement(context, { snapshotId }));
    const training = { epochs: 1, batchSize: 4, minSteps: 0 };
    const asked = { fusionId: fusion.id, method: 'dl-cat', config: { resnet: tinyResnet }, training };
    const model = await succeeded(context, trainModel(context, asked));
    const image = await imageIn('train');
    const pictures = [
      ...(await context.prisma.fusedMask.findMany({ where: { imageId: image.id } })),
      ...(await context.prisma.expertnessMap.findMany({ where: { imageId: image.id } })),
      ...(await context.prisma.agreementMap.findMany({ where: { imageId: image.id } })),
    ].map(({ sha256 }) => sha256);
    expect(pictures.length).toBeGreaterThan(4);
    const { runId } = await destroy({ imageIds: [image.id] });
    expect((await ended(context, runId)).status).toBe('succeeded');
    const left = await files();
    const gone = await context.prisma.blob.findMany({ where: { purge: { runId } } });
    expect(gone.map(({ sha256 }) => sha256)).toEqual(expect.arrayContaining([image.sha256!]));
    expect(gone.filter(({ sha256 }) => left.has(sha256))).toEqual([]);
    expect(
      pictures
        .filter((sha256) => left.has(sha256))
        .every((sha256) => !gone.some((blob) => blob.sha256 === sha256)),
    ).toBe(true);
    const weights = await context.prisma.model.findUniqueOrThrow({ where: { id: model.id } });
    expect(left.has(weights.sha256!)).toBe(true);

    // What was asked for before is answered with what there is …
    expect((await fuseLabels(context, vote())).id).toBe(fusion.id);
    expect((await measureAgreement(context, { snapshotId })).id).toBe(agreement.id);
    // … new work that would read the image is refused when it is asked for …
    const before = await context.prisma.run.count();
    for (const ask of [
      () => fuseLabels(context, vote(2)),
      () => measureAgreement(context, { snapshotId, split: 'train' }),
      () => trainModel(context, { ...asked, seed: 2 }),
      () => evaluate(context, { fusionId: fusion.id, split: 'train' }),
    ])
      await expect(ask()).rejects.toMatchObject({ extensions: { code: 'PURGED', snapshotId, images: 1 } });
    expect(await context.prisma.run.count()).toBe(before);
    // … and what reads other images alone is done.
    await succeeded(context, evaluate(context, { fusionId: fusion.id, split: 'test' }));
    await succeeded(context, measureAgreement(context, { snapshotId, split: 'test' }));
    const cohort = await context.prisma.cohort.findFirstOrThrow({ where: { datasetId: tiny.datasetId } });
    const anew = await freezeCohort(context, cohort.id);
    expect(anew.imageCount).toBe(23);
    await succeeded(context, fuseLabels(context, { ...vote(), snapshotId: anew.id }));
    tiny = { ...tiny, snapshotId: anew.id };
  }, 120_000);

  test('while runs are at work on it is refused, or cancels them and waits for their end', async () => {
    const fusion = await fuseLabels(context, vote(7)); // queued: there is no worker
    const image = await imageIn('test');
    await expect(destroy({ imageIds: [image.id] })).rejects.toThrow(
      `1 runs are at work on this: fusion ${fusion.runId} (queued)`,
    );
    expect(await context.prisma.image.findUniqueOrThrow({ where: { id: image.id } })).toMatchObject({
      purgeId: null,
    });
    const cut = await destroy({ imageIds: [image.id], cancelRuns: true });
    expect(await context.prisma.run.findUniqueOrThrow({ where: { id: fusion.runId } })).toMatchObject({
      status: 'cancelled',
    });
    await work();
    expect(await ended(context, cut.runId)).toMatchObject({ status: 'succeeded' });
  });

  test('what a run wrote after it was told to stop goes too', async () => {
    const cohort = await context.prisma.cohort.findFirstOrThrow({ where: { datasetId: tiny.datasetId } });
    const { id: snapshotId } = await freezeCohort(context, cohort.id);
    tiny = { ...tiny, snapshotId };
    const fusion = await fuseLabels(context, vote(8));
    const running = { status: 'running', attempt: 1 } as const;
    await context.prisma.run.update({ where: { id: fusion.runId }, data: running });
    const image = await imageIn('test');
    const { runId } = await destroy({ imageIds: [image.id], cancelRuns: true });
    const structure = await context.prisma.structure.findFirstOrThrow({
      where: { datasetId: tiny.datasetId },
    });
    const sha256 = await context.blobs.put(Buffer.from('written late'), 'image/png');
    const late = {
      fusionId: fusion.id,
      imageId: image.id,
      structureId: structure.id,
      sha256,
      width: 8,
      height: 8,
    };
    await context.prisma.fusedMask.create({ data: late });
    worker = await startWorker(context); // finds the cancelled run of a dead worker, and ends it
    expect(await ended(context, runId)).toMatchObject({ status: 'succeeded' });
    expect(await context.prisma.run.findUniqueOrThrow({ where: { id: fusion.runId } })).toMatchObject({
      status: 'cancelled',
    });
    expect((await files()).has(sha256)).toBe(false);
  }, 60_000);
});
