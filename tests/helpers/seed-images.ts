import type pg from 'pg';

export interface SeededDataset {
  readonly id: string;
  readonly name: string;
}

export interface Seed {
  readonly name: string;
  readonly images: number;
  readonly raters?: number;
  readonly structures?: readonly string[];
}

/**
 * Rows of a dataset without files: each rater annotates each structure of each image; splits, subjects and
 * diagnoses go round. For tests of queries, which read no pixels.
 */
export async function seedImages(pool: pg.Pool, seed: Seed): Promise<SeededDataset> {
  const { name, images, raters = 3, structures = ['disc'] } = seed;
  const { rows } = await pool.query<{ id: string }>(
    `insert into datasets (id, name, modality, diagnosis_names)
     values (gen_random_uuid(), $1, 'fundus', '{healthy,glaucoma}') returning id`,
    [name],
  );
  const [{ id }] = rows;
  const run = (sql: string, ...values: unknown[]) => pool.query(sql, [id, ...values]);
  await pool.query(
    `insert into blobs (sha256, bytes, media_type) values (repeat('a', 64), 1, 'image/png') on conflict do nothing`,
  );
  await run(
    `insert into raters (id, dataset_id, name, position)
     select gen_random_uuid(), $1, 'rater ' || n, n from generate_series(0, $2::int - 1) n`,
    raters,
  );
  await run(
    `insert into structures (id, dataset_id, name, position)
     select gen_random_uuid(), $1, s.name, s.n - 1 from unnest($2::text[]) with ordinality s(name, n)`,
    structures,
  );
  await run(
    `insert into images (id, dataset_id, path, subject, split, sha256, width, height, metadata)
     select gen_random_uuid(), $1, 'image-' || lpad(n::text, 5, '0') || '.png', 'subject ' || n % 7,
       (array['train', 'validation', 'test'])[1 + n % 3]::split, repeat('a', 64), 64 + n % 5, 64,
       jsonb_build_object('age', 30 + n % 40)
     from generate_series(0, $2::int - 1) n`,
    images,
  );
  await run(
    `insert into annotations (id, image_id, rater_id, structure_id, sha256, area)
     select gen_random_uuid(), i.id, r.id, s.id, repeat('a', 64), 10 * r.position + s.position
     from images i, raters r, structures s where i.dataset_id = $1 and r.dataset_id = $1 and s.dataset_id = $1`,
  );
  await run(
    `insert into diagnoses (id, image_id, source, value)
     select gen_random_uuid(), id, 'reference', right(split_part(path, '.', 1), 1)::int % 2 from images
     where dataset_id = $1`,
  );
  return { id, name };
}
