import type { Client } from './client/client.ts';
import { command, withServer } from './client/command.ts';
import { findMethod, printMethods } from './client/methods.ts';
import { madeBy, runExperiment } from './client/run-experiment.ts';
import { openSubject } from './client/subject.ts';
import { writeFusion } from './fuse/files.ts';
import { parseOptions, usage, type FuseOptions } from './fuse/options.ts';
import { formatFusion } from './fuse/print.ts';
import { readFusion } from './fuse/read-fusion.ts';

await command(async () => {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') return console.log(usage);
  await withServer(options.url, (client) =>
    options.list ? printMethods(client, ['FUSION']) : fuse(client, options),
  );
});

/** One fusion over GraphQL, on a phantom or on a folder of real data: masks as PNG, raters' figures as tables. */
async function fuse(client: Client, options: FuseOptions): Promise<void> {
  const { method, config, theta, protocol, seed, preset, size, out } = options;
  await findMethod(client, ['FUSION'], method);
  const { datasetId, snapshotId } = await openSubject(client, options);
  const made = await runExperiment(client, {
    snapshotId,
    experiment: 'fuse',
    preset,
    size,
    config: { method, theta, protocol, seeds: [seed], settings: { [method]: config } },
  });
  const id = madeBy(made, ({ fusion }) => fusion?.id);
  const fusion = await readFusion(client, id);
  console.log(`\n${formatFusion(fusion)}\n`);
  console.log(await writeFusion(client, fusion, { id, datasetId, out }));
}
