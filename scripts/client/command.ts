import { connect, type Client } from './client.ts';
import { startOwnServer, type OwnServer } from './own-server.ts';

/** Runs a command. If it fails, prints the reason on one line, without a stack trace, and exits with code 1. */
export async function command(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

/** Connects to the server at `url`, or starts one that stops when the work ends or on Ctrl-C. */
export async function withServer(
  url: string | undefined,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const server = url ? existingServer(url) : await startOwnServer();
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

/** A run outlives its server: the same command resumes it, and another command waits for it. */
const interrupted =
  'Stopped. What was begun is kept and goes on with the next command; `npm start` and cancelRun would end it.';

/** A server that is already running. This command neither watches nor stops it. */
function existingServer(url: string): OwnServer {
  if (!URL.canParse(url))
    throw new Error(`--url '${url}': expected an address such as http://127.0.0.1:4000`);
  return { url, lost: new Promise<never>(() => undefined), stop: async () => undefined };
}
