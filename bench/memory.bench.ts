import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedPostgres } from '../api/postgres/embedded-postgres.ts';
import type { Added } from './memory/agreement-child.ts';
import { createRow, type Row, type Suite, type SuiteOptions } from './suite.ts';

const SUITE = 'memory';
const MB = 1e6;
const [RATERS, IMAGES] = [3, 2];

/** What work on large images adds to a process's memory at most, beside their masks at a byte a pixel. */
export const memory: Suite = {
  name: SUITE,
  summary: 'peak memory of work on large images, beside the size of their masks',
  async *run({ only, say }: SuiteOptions): AsyncGenerator<Row> {
    const folder = await mkdtemp(path.join(tmpdir(), 'consilium-memory-'));
    const postgres = await startEmbeddedPostgres({ folder: path.join(folder, 'postgres'), temporary: true });
    try {
      for (const [width, height] of [
        [2000, 1500],
        [8000, 6000],
      ]) {
        // prettier-ignore
        const name = `agreement, ${IMAGES} images of ${width}×${height}, ${RATERS} raters`;
        if (!name.includes(only)) continue;
        const { added, seconds } = await measured(postgres.url, [width, height, IMAGES, RATERS]);
        say(`${name}: ${seconds.toFixed(0)} s`);
        const peer = (width * height * RATERS) / MB;
        const goal = width * height > 2 ** 24 ? 1 : null; // small images say little: a process's memory comes in lumps
        yield createRow({ suite: SUITE, case: name, ours: added / MB, peer, unit: 'MB', goal });
      }
    } finally {
      await postgres.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** In a process of its own: the highest memory of this one is that of all suites before. */
async function measured(databaseUrl: string, sizes: readonly number[]): Promise<Added> {
  const child = path.join(import.meta.dirname, 'memory', 'agreement-child.ts');
  const env = { ...process.env, CONSILIUM_TEST_EXTERNAL: databaseUrl, CONSILIUM_TEST_RUN: 'memory' };
  const args = ['--import', 'tsx', child, ...sizes.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Added;
}
