import { connect, type Client } from './client.ts';
import { startOwnServer, type OwnServer } from './own-server.ts';

/** Ends a command that fails with its reason on one line and exit code 1: the reason is for its user, a stack is not. */
export async function command(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

/** Lends a client of the server at `url`, or of one of its own that ends with the work and with Ctrl-C. */
export async function withServer(
  url: string | undefined,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const server = url ? ofSomebodyElse(url) : await startOwnServer();
  if (!url) console.log(`Consilium for the time of this command: ${server.url}/graphql`);
  const client = connect(server.url);
  const stop = (): void => {
    if (!url) console.error(`\n${interrupted}`);
    void server.stop().then(() => process.exit(130));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await Promise.race([work(client), server.lost]);
  } finally {
    await client.close();
    await server.stop();
  }
}

/** A run outlives its server: the same command goes on with it, and another waits behind it. */
const interrupted =
  'Stopped. What was begun is kept and goes on with the next command; `npm start` and cancelRun would end it.';

function ofSomebodyElse(url: string): OwnServer {
  if (!URL.canParse(url))
    throw new Error(`--url '${url}': expected an address such as http://127.0.0.1:4000`);
  return { url, lost: new Promise<never>(() => undefined), stop: async () => undefined };
}
