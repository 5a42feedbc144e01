import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep, type Keeper } from '../../api/postgres/keeper.ts';
import { administer } from './database.ts';

declare global {
  var consiliumTestPostgres: Keeper | undefined;
}

const STALE_MS = 6 * 3600 * 1000;

/**
 * Names the run's PostgreSQL; the first test that wants a database starts it, so a run of ml's tests pays nothing.
 * The keeper stops the server and removes its folder when jest is gone, however it went.
 */
export default async function globalSetup(): Promise<void> {
  const run = `${Date.now().toString(36)}${randomBytes(2).toString('hex')}`;
  process.env['CONSILIUM_TEST_RUN'] = run;
  const external = process.env['DATABASE_URL'];
  if (external) {
    process.env['CONSILIUM_TEST_EXTERNAL'] = external;
    return dropStaleDatabases(external);
  }
  const folder = join(tmpdir(), `consilium-test-${run}`);
  process.env['CONSILIUM_TEST_POSTGRES'] = folder;
  globalThis.consiliumTestPostgres = await keep(folder, true);
}

/** A killed run leaves its clones on an external server: those of runs that began hours ago go. */
async function dropStaleDatabases(serverUrl: string): Promise<void> {
  await administer(serverUrl, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      `select datname from pg_database where datname like 'consilium\\_test\\_%'`,
    );
    for (const { datname } of rows) {
      const began = parseInt((datname.split('_')[2] ?? '').slice(0, -4), 36);
      if (Date.now() - began > STALE_MS)
        await client.query(`drop database if exists ${datname} with (force)`);
    }
  });
}
