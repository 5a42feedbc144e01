import type { Client } from './client/client.ts';
import { command, withServer } from './client/command.ts';
import { findMethod, printMethods, type ExperimentMethod } from './client/methods.ts';
import { runExperiment } from './client/run-experiment.ts';
import { openSubject } from './client/subject.ts';
import { parseOptions, usage, type ExperimentOptions } from './experiment/options.ts';
import { formatTable } from './experiment/print.ts';
import { writeFiles } from './experiment/files.ts';

await command(async () => {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') return console.log(usage);
  await withServer(options.url, (client) =>
    options.list ? printMethods(client, ['EXPERIMENT']) : tableOf(client, options),
  );
});

/** One experiment over GraphQL, on a phantom or on a folder of real data: table, plot, CSV and JSON. */
async function tableOf(client: Client, options: ExperimentOptions): Promise<void> {
  const { experiment, preset, config, out } = options;
  const spec = (await findMethod(client, ['EXPERIMENT'], experiment)) as ExperimentMethod;
  const { datasetId, snapshotId } = await openSubject(client, options);
  const result = await runExperiment(client, { snapshotId, experiment, preset, config });
  console.log(`\n${formatTable(spec, result)}\n`);
  for (const file of await writeFiles(client, { spec, config, result, datasetId, out })) console.log(file);
}
