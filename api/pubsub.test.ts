import { testDatabase, type TestDatabase } from '../tests/helpers/database.ts';
import { createPubSub, runChannel, type PubSub } from './pubsub.ts';

let database: TestDatabase;
let pubsub: PubSub;

beforeAll(async () => {
  database = await testDatabase();
  pubsub = await createPubSub(database.url);
}, 60_000);
afterAll(async () => {
  await pubsub.close();
  await database.close();
});

function notify(payload: string): Promise<unknown> {
  return database.pool.query('select pg_notify($1, $2)', [runChannel, payload]);
}

test('a reader gets one item at once, then one for a change of its run, none for others', async () => {
  const changes = pubsub.runChanges('mine');
  await changes.next();
  const next = changes.next();
  await notify('other');
  const early = await Promise.race([
    next.then(() => 'item'),
    new Promise((resolve) => setTimeout(resolve, 100, 'none')),
  ]);
  expect(early).toBe('none');
  await notify('mine');
  expect((await next).done).toBe(false);
  await changes.return(undefined);
});

test('a change between two reads is not lost', async () => {
  const changes = pubsub.runChanges('busy');
  await changes.next();
  const second = changes.next();
  await notify('busy');
  await second;
  await notify('busy');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await changes.next()).done).toBe(false);
  await changes.return(undefined);
});

test('an aborted reader ends', async () => {
  const controller = new AbortController();
  const changes = pubsub.runChanges('aborted', controller.signal);
  await changes.next();
  const next = changes.next();
  controller.abort();
  expect((await next).done).toBe(true);
});

test('after its connection broke it hears again, and tells its readers to look for themselves', async () => {
  const changes = pubsub.runChanges('through a break');
  await changes.next();
  const told = changes.next();
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'consilium-listen' and datname = current_database()`,
  );
  expect((await told).done).toBe(false);
  const next = changes.next();
  await notify('through a break');
  expect((await next).done).toBe(false);
  await changes.return(undefined);
});
