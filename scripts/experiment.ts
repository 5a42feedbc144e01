import { experiments } from '../ml/experiments/index.ts';
import type { Client } from './client/client.ts';
import { command, withServer } from './client/command.ts';
import { openSubject } from './client/subject.ts';
import { askExperiment } from './experiment/ask.ts';
import { parseOptions, usage, type ExperimentOptions } from './experiment/options.ts';
import { formatTable } from './experiment/print.ts';
import { writeFiles } from './experiment/files.ts';

await command(async () => {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else await withServer(options.url, (client) => figureOf(client, options));
});

/** One figure of the paper over GraphQL, on a phantom or on a folder of real data: table, plot, CSV and JSON. */
async function figureOf(client: Client, options: ExperimentOptions): Promise<void> {
  const { experiment, preset, config } = options;
  const { datasetId, snapshotId } = await openSubject(client, options);
  const result = await askExperiment(client, { snapshotId, experiment, preset, config });
  const spec = experiments.get(experiment);
  console.log(`\n${formatTable(spec, result)}\n`);
  for (const file of await writeFiles(client, { spec, config, result, datasetId, out: options.out }))
    console.log(file);
}
