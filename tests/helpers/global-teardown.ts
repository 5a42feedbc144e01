import { administer, runPrefix } from './database.ts';

/** Stops the embedded server; on an external one, drops the clones that tests have not closed. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.consiliumTestPostgres?.release();
  const external = process.env['CONSILIUM_TEST_EXTERNAL'];
  if (!external) return;
  await administer(external, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [runPrefix()],
    );
    for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
  });
}
