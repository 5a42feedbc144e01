import { loadConfig } from './config.ts';
import { createApp } from './context.ts';
import { createServer } from './http/create-server.ts';
import { superviseWorker } from './worker/supervise-worker.ts';
import { endWith, program } from './program.ts';

/** `npm start`: the API, and a worker as its child. Ends in good order on Ctrl-C and SIGTERM. */
async function main(): Promise<void> {
  const config = loadConfig();
  const app = await createApp(config);
  const { context } = app;
  const server = await createServer(context, { port: config.port, host: config.host }).catch(
    async (error: Error) => {
      await app.close();
      throw error;
    },
  );
  const worker = superviseWorker(context.databaseUrl, context.log);

  let stopping = false;
  const close = async (): Promise<void> => {
    stopping = true;
    await server.close();
    await worker.close();
    await app.close();
  };
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(130); // asked twice: at once
    await close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());

  console.log(`Consilium: GraphQL and playground  ${server.url}/graphql`);
  console.log(`           health                  ${server.url}/health`);
  await worker.ready.catch(async (error: Error) => {
    await close();
    endWith(error);
  });
  console.log('           the worker is ready');
}

await program(main);
