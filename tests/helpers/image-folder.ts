import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { TestDatabase } from './database.ts';

let count = 0;

/** A name that no other dataset of this test file has. */
export function freshName(): string {
  return `dataset ${++count}`;
}

export type Files = Record<string, Buffer | string | object>;

/** A folder with these files; an object becomes JSON. */
export async function folderOf(files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'consilium-import-test-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    const bytes = Buffer.isBuffer(content) || typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(join(folder, path), bytes);
  }
  return folder;
}

export function grey(width: number, height: number, values: readonly number[]): Promise<Buffer> {
  return sharp(Buffer.from(values), { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

/** 2×2; `shade` tells images apart. */
export const picture = (shade: number) => grey(2, 2, [shade, 0, 0, 0]);

/** Two images, two raters, one structure; rater b has not seen the second image. */
export async function goodFolder(changes: Files = {}): Promise<{ folder: string; name: string }> {
  const name = freshName();
  const rows = [
    'path,subject,split,diagnosis,age,site,mask:a:s,mask:b:s',
    'one.png,p1,train,1,61,north,m/one-a.png,m/one-b.png',
    'two.png,p2,test,0,,007,m/two-a.png,',
  ];
  const files = {
    'manifest.json': { name, table: 'images.csv', diagnosisNames: ['well', 'ill'] },
    'images.csv': rows.join('\n'),
    'one.png': await picture(10),
    'two.png': await picture(20),
    'm/one-a.png': await grey(2, 2, [255, 0, 0, 0]),
    'm/one-b.png': await grey(2, 2, [255, 255, 0, 0]),
    'm/two-a.png': await grey(2, 2, [0, 0, 0, 255]),
    ...changes,
  };
  return { folder: await folderOf(files), name };
}

/** Everything in the database that an import may write. */
export async function contents(database: Pick<TestDatabase, 'pool'>): Promise<string> {
  const tables = [
    'blobs',
    'datasets',
    'structures',
    'raters',
    'images',
    'annotations',
    'diagnoses',
    'audit_events',
  ];
  const parts = tables.map((t) => `(select coalesce(json_agg(t order by t::text), '[]') from ${t} t)`);
  const { rows } = await database.pool.query<{ all: unknown }>(
    `select json_build_array(${parts.join(',')}) as all`,
  );
  return JSON.stringify(rows[0].all);
}
