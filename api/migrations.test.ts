import { randomUUID } from 'node:crypto';
import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import {
  administer,
  runPrefix,
  testDatabase,
  withDatabase,
  type TestDatabase,
} from '../tests/helpers/database.ts';
import { migrate, readMigrations } from './migrations.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const sha = (digit: string) => digit.repeat(64);

async function seedImage(): Promise<{ imageId: string; raterId: string; structureId: string }> {
  const { prisma } = database;
  const tag = randomUUID();
  await prisma.blob.upsert({
    where: { sha256: sha('a') },
    create: { sha256: sha('a'), bytes: 1, mediaType: 'image/png' },
    update: {},
  });
  const dataset = await prisma.dataset.create({
    data: {
      name: tag,
      raters: { create: { name: 'r', position: 0 } },
      structures: { create: { name: 's', position: 0 } },
      images: {
        create: { path: 'a.png', subject: 'p', split: 'train', sha256: sha('a'), width: 2, height: 2 },
      },
    },
    include: { raters: true, structures: true, images: true },
  });
  return {
    imageId: dataset.images[0].id,
    raterId: dataset.raters[0].id,
    structureId: dataset.structures[0].id,
  };
}

describe('migrations', () => {
  test('have all been applied to a test database, and a second run applies none', async () => {
    const names = (await readMigrations()).map(({ name }) => name);
    const { rows } = await database.pool.query<{ migration_name: string }>(
      'select migration_name from _prisma_migrations where finished_at is not null order by migration_name',
    );
    expect(rows.map((row) => row.migration_name)).toEqual(names);
    expect(await migrate(database.url)).toEqual([]);
  });

  test('refuse to go on when an applied one was edited', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consilium-migrations-'));
    for (const { name, sql } of await readMigrations()) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'migration.sql'), `${sql}\n-- edited`);
    }
    await expect(migrate(database.url, folder)).rejects.toThrow(/was edited after it had been applied/);
  });

  test('leave nothing of one that fails', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'consilium-migrations-'));
    await mkdir(join(folder, '99990101000000_broken'));
    const sql = 'create table half (id int); select no_such_function();';
    await writeFile(join(folder, '99990101000000_broken', 'migration.sql'), sql);
    await expect(migrate(database.url, folder)).rejects.toThrow(/99990101000000_broken failed/);
    const { rows } = await database.pool.query(`select to_regclass('half') as half`);
    expect(rows).toEqual([{ half: null }]);
  });
});

/** Migrates an empty database up to, without, the named migration; fills it by `sql`; and applies the rest. */
async function migrateOver(before: string, sql: string, look: (client: pg.Client) => Promise<void>) {
  const name = `${runPrefix()}over`;
  const url = withDatabase(database.url, name);
  const folder = await mkdtemp(join(tmpdir(), 'consilium-migrations-'));
  for (const migration of (await readMigrations()).filter((one) => one.name < before)) {
    await mkdir(join(folder, migration.name));
    await writeFile(join(folder, migration.name, 'migration.sql'), migration.sql);
  }
  await administer(database.url, (client) => client.query(`create database ${name}`));
  try {
    await migrate(url, folder);
    await administer(url, (client) => client.query(sql));
    expect((await migrate(url)).length).toBeGreaterThan(0);
    await administer(url, look);
  } finally {
    await administer(database.url, (client) => client.query(`drop database ${name} with (force)`));
  }
}

describe('a store with data', () => {
  test('keeps the diagnoses of its snapshots as their labels', async () => {
    const uuid = (digit: number) => `00000000-0000-7000-8000-00000000000${digit}`;
    const old = `
      insert into blobs (sha256, bytes, media_type) values ('${sha('a')}', 1, 'image/png');
      insert into datasets (id, name) values ('${uuid(1)}', 'd');
      insert into images (id, dataset_id, path, subject, split, sha256, width, height) select i::text::uuid, '${uuid(1)}', i, i, 'test', '${sha('a')}', 1, 1
        from unnest(array['${uuid(2)}', '${uuid(3)}', '${uuid(4)}']) i;
      insert into diagnoses (id, image_id, source, value) values
        ('${uuid(5)}', '${uuid(2)}', 'reference', 1), ('${uuid(6)}', '${uuid(3)}', 'reference', 0);
      insert into cohorts (id, dataset_id, name) values ('${uuid(7)}', '${uuid(1)}', 'c');
      insert into snapshots (id, cohort_id, hash, image_count) values ('${uuid(8)}', '${uuid(7)}', '${sha('b')}', 3);
      insert into snapshot_images (snapshot_id, image_id, position, split, diagnosis_id) values
        ('${uuid(8)}', '${uuid(2)}', 0, 'test', '${uuid(5)}'), ('${uuid(8)}', '${uuid(3)}', 1, 'test', '${uuid(6)}'),
        ('${uuid(8)}', '${uuid(4)}', 2, 'test', null);`;
    await migrateOver('20261126072916', old, async (client) => {
      const { rows } = await client.query('select label, grade from snapshot_images order by position');
      expect(rows.map(({ label, grade }: { label: number; grade: number }) => [label, grade])).toEqual([
        [1, null],
        [0, null],
        [null, null],
      ]);
      await expect(client.query('update snapshot_images set label = 0')).rejects.toThrow(/frozen/);
    });
  });

  test('keeps the one model that a fusion asked, in its lineage and in its run’s request', async () => {
    const id = (digit: number) => `00000000-0000-7000-8000-00000000000${digit}`;
    const request = (model: string | null) => JSON.stringify({ method: 'm', diagnosisModelId: model });
    const sql = `
      insert into datasets (id, name) values ('${id(1)}', 'd');
      insert into cohorts (id, dataset_id, name) values ('${id(1)}', '${id(1)}', 'c');
      insert into snapshots (id, cohort_id, hash, image_count) values ('${id(1)}', '${id(1)}', '${sha('a')}', 0);
      insert into runs (id, kind, key, config, code_version) values
        ('${id(1)}', 'fusion', '${sha('1')}', '${request(null)}', 't'),
        ('${id(2)}', 'training', '${sha('2')}', '${request(null)}', 't'),
        ('${id(3)}', 'fusion', '${sha('3')}', '${request(id(2))}', 't'),
        ('${id(4)}', 'training', '${sha('4')}', '{"training": {"leaveOut": {"index": 0, "of": 2}}}', 't'),
        ('${id(5)}', 'training', '${sha('5')}', '{"training": {"leaveOut": null}}', 't');
      insert into fusions (id, run_id, snapshot_id, method, transductive, width, height) values
        ('${id(1)}', '${id(1)}', '${id(1)}', 'majority-vote', false, 32, 32);
      insert into models (id, run_id, snapshot_id, method, task, fusion_id, width, height) values
        ('${id(2)}', '${id(2)}', '${id(1)}', 'dl-cat', 'diagnosis', '${id(1)}', 32, 32);
      insert into fusions (id, run_id, snapshot_id, method, transductive, width, height, diagnosis_model_id) values
        ('${id(3)}', '${id(3)}', '${id(1)}', 'df-gt-expg', true, 32, 32, '${id(2)}');`;
    await migrateOver('20261125180356_fusion_diagnosis_models', sql, async (client) => {
      const models = await client.query('select * from fusion_diagnosis_models');
      expect(models.rows).toEqual([{ fusion_id: id(3), position: 0, model_id: id(2) }]);
      const runs = await client.query("select config from runs where config ? 'method' order by id");
      expect(runs.rows).toEqual([
        { config: { method: 'm', diagnosisModelIds: [] } },
        { config: { method: 'm', diagnosisModelId: null } },
        { config: { method: 'm', diagnosisModelIds: [id(2)] } },
      ]);
      // Asked again, only the training whose fold went by image is done anew.
      const keys = await client.query<{ id: string }>(
        `select id from runs where key = repeat(right(id::text, 1), 64) order by id`,
      );
      expect(keys.rows.map((row) => row.id)).toEqual([1, 2, 3, 5].map(id));
    });
  });
});

test('numbers of evaluations get the settings that they were measured with', async () => {
  const id = (digit: number) => `00000000-0000-7000-8000-00000000000${digit}`;
  const sql = `
    insert into datasets (id, name) values ('${id(1)}', 'd');
    insert into structures (id, dataset_id, name, position) values ('${id(1)}', '${id(1)}', 'disc', 0);
    insert into cohorts (id, dataset_id, name) values ('${id(1)}', '${id(1)}', 'c');
    insert into snapshots (id, cohort_id, hash, image_count) values ('${id(1)}', '${id(1)}', '${sha('a')}', 0);
    insert into blobs (sha256, bytes, media_type) values ('${sha('b')}', 1, 'image/png');
    insert into images (id, dataset_id, path, subject, split, sha256, width, height) values
      ('${id(1)}', '${id(1)}', 'p', 's', 'test', '${sha('b')}', 1, 1);
    insert into runs (id, kind, key, config, code_version) values
      ('${id(1)}', 'fusion', '${sha('1')}', '{}', 't'), ('${id(2)}', 'evaluation', '${sha('2')}', '{}', 't');
    insert into fusions (id, run_id, snapshot_id, method, transductive, width, height) values
      ('${id(1)}', '${id(1)}', '${id(1)}', 'majority-vote', false, 32, 32);
    insert into evaluations (id, run_id, snapshot_id, split, fusion_id, transductive) values
      ('${id(1)}', '${id(2)}', '${id(1)}', 'test', '${id(1)}', false);
    insert into evaluation_metrics (id, evaluation_id, name, structure_id, value, count, transductive) values
      ('${id(1)}', '${id(1)}', 'soft_dice', '${id(1)}', 0.5, 1, false),
      ('${id(2)}', '${id(1)}', 'auc', null, 0.5, 1, false);
    insert into image_metrics (evaluation_id, image_id, structure_id, name, value) values
      ('${id(1)}', '${id(1)}', '${id(1)}', 'mean_rater_dice', 0.5),
      ('${id(1)}', '${id(1)}', '${id(1)}', 'soft_dice', 0.25);`;
  await migrateOver('20261126042304_metric_settings', sql, async (client) => {
    const thresholds = [0.1, 0.3, 0.5, 0.7, 0.9];
    const metrics = await client.query('select name, settings, unit from evaluation_metrics order by id');
    expect(metrics.rows).toEqual([
      { name: 'soft_dice', settings: { thresholds }, unit: null },
      { name: 'auc', settings: {}, unit: null },
    ]);
    const images = await client.query<{ id: string }>(
      'select id, settings, value, rater_id from image_metrics order by value',
    );
    const row = { id: expect.stringMatching(/-/) as string, settings: { thresholds }, rater_id: null };
    expect(images.rows).toEqual([0.25, 0.5].map((value) => ({ ...row, value })));
    expect(images.rows[0].id).not.toBe(images.rows[1].id);
  });
});

describe('the store refuses', () => {
  test('a diagnosis that is not on the scale of its dataset', async () => {
    const { imageId } = await seedImage();
    const create = database.prisma.diagnosis.create({ data: { imageId, source: 'reference', value: 2 } });
    await expect(create).rejects.toThrow(/diagnoses_value_on_scale/);
  });

  test('two current annotations of one image, rater and structure', async () => {
    const ids = await seedImage();
    await database.prisma.annotation.create({ data: { ...ids, sha256: sha('a'), area: 1 } });
    const second = database.prisma.annotation.create({
      data: { ...ids, version: 2, sha256: sha('a'), area: 1 },
    });
    await expect(second).rejects.toThrow(/Unique constraint/);
  });

  test('a change or removal of an annotation, but lets a newer version take its place and the image take it along', async () => {
    const ids = await seedImage();
    const { prisma } = database;
    const { id } = await prisma.annotation.create({ data: { ...ids, sha256: sha('a'), area: 1 } });
    await expect(prisma.annotation.update({ where: { id }, data: { area: 2 } })).rejects.toThrow(/versioned/);
    await expect(prisma.annotation.delete({ where: { id } })).rejects.toThrow(/versioned/);
    await prisma.annotation.update({ where: { id }, data: { current: false } });
    await expect(prisma.annotation.update({ where: { id }, data: { current: true } })).rejects.toThrow(
      /versioned/,
    );
    await prisma.image.delete({ where: { id: ids.imageId } });
    expect(await prisma.annotation.count({ where: { id } })).toBe(0);
  });

  test('other pixels for an image, but takes a corrected split', async () => {
    const { imageId: id } = await seedImage();
    await expect(database.prisma.image.update({ where: { id }, data: { width: 3 } })).rejects.toThrow(
      /fixed/,
    );
    expect(await database.prisma.image.update({ where: { id }, data: { split: 'test' } })).toMatchObject({
      split: 'test',
    });
  });

  test('to change or forget an audit event', async () => {
    const event = { actor: 'a', action: 'b', subjectType: 'c', subjectId: 'd' };
    const { id } = await database.prisma.auditEvent.create({ data: event });
    await expect(database.prisma.auditEvent.update({ where: { id }, data: { actor: 'x' } })).rejects.toThrow(
      /append-only/,
    );
    await expect(database.prisma.auditEvent.delete({ where: { id } })).rejects.toThrow(/append-only/);
    await expect(database.pool.query('truncate audit_events')).rejects.toThrow(/append-only/);
  });

  test('a second live run of one key, until the first has failed', async () => {
    const { prisma } = database;
    const data = { kind: 'fusion', key: sha('b'), config: {}, codeVersion: 'test' } as const;
    const first = await prisma.run.create({ data });
    await expect(prisma.run.create({ data })).rejects.toThrow(/Unique constraint/);
    await prisma.run.update({ where: { id: first.id }, data: { status: 'failed', finishedAt: new Date() } });
    expect(await prisma.run.create({ data })).toMatchObject({ status: 'queued' });
  });

  test('a sensitivity that is no share, and a second one of the same rater and structure', async () => {
    const { prisma } = database;
    const ids = await seedImage();
    const { datasetId } = await prisma.image.findUniqueOrThrow({ where: { id: ids.imageId } });
    const fusion = await prisma.fusion.create({
      data: {
        run: { create: { kind: 'fusion', key: sha('d'), config: {}, codeVersion: 'test' } },
        snapshot: {
          create: { hash: sha('d'), imageCount: 1, cohort: { create: { datasetId, name: 'all' } } },
        },
        method: 'staple',
        transductive: false,
        width: 2,
        height: 2,
      },
    });
    const store = (sensitivity: number | null) =>
      prisma.raterPerformance.create({ data: { fusionId: fusion.id, ...ids, sensitivity } });
    await expect(store(1.5)).rejects.toThrow(/rater_performance_sensitivity_share/);
    await store(null);
    await expect(store(0.5)).rejects.toThrow(/Unique constraint/);
  });

  test('two models of one fold in a fusion, and one model in two folds', async () => {
    const { prisma } = database;
    const ids = await seedImage();
    const { datasetId } = await prisma.image.findUniqueOrThrow({ where: { id: ids.imageId } });
    const run = (digit: string) => ({
      create: { kind: 'fusion', key: sha(digit), config: {}, codeVersion: 'test' } as const,
    });
    const size = { width: 2, height: 2 };
    const snapshot = await prisma.snapshot.create({
      data: { hash: sha('e'), imageCount: 1, cohort: { create: { datasetId, name: 'all' } } },
    });
    const of = { snapshot: { connect: { id: snapshot.id } }, ...size };
    const fusion = await prisma.fusion.create({
      data: { run: run('e'), method: 'df-gt-training-map', transductive: false, ...of },
    });
    const fusedBy = { fusion: { connect: { id: fusion.id } } };
    const [first, second] = await Promise.all(
      ['f', '0'].map((digit) =>
        prisma.model.create({
          data: { run: run(digit), method: 'dl-cat', task: 'diagnosis', ...fusedBy, ...of },
        }),
      ),
    );
    const ask = (modelId: string, position: number) =>
      prisma.fusionDiagnosisModel.create({ data: { fusionId: fusion.id, modelId, position } });
    await ask(first.id, 0);
    await expect(ask(second.id, 0)).rejects.toThrow(/Unique constraint/);
    await expect(ask(first.id, 1)).rejects.toThrow(/Unique constraint/);
    await expect(ask(second.id, -1)).rejects.toThrow(/fusion_diagnosis_models_position_not_negative/);
    await ask(second.id, 1);
  });

  test('an ended run that does not say when', async () => {
    const data = {
      kind: 'fusion',
      key: sha('c'),
      config: {},
      codeVersion: 'test',
      status: 'succeeded',
    } as const;
    await expect(database.prisma.run.create({ data })).rejects.toThrow(/runs_finished_when_ended/);
  });
});
