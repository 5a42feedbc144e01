import type { Client } from './client/client.ts';
import { command, withServer } from './client/command.ts';
import { fuseMasks } from './client/fuse-masks.ts';
import { createSteps } from './client/steps.ts';
import { openSubject } from './client/subject.ts';
import { writeFusion } from './fuse/files.ts';
import { parseOptions, usage, type FuseOptions } from './fuse/options.ts';
import { formatFusion } from './fuse/print.ts';
import { readFusion } from './fuse/read-fusion.ts';

await command(async () => {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else await withServer(options.url, (client) => fuse(client, options));
});

/** One fusion over GraphQL, on a phantom or on a folder of real data: masks as PNG, raters' figures as tables. */
async function fuse(client: Client, options: FuseOptions): Promise<void> {
  const { datasetId, snapshotId } = await openSubject(client, options);
  const { id } = await fuseMasks(createSteps(client, options), { ...options, snapshotId });
  const fusion = await readFusion(client, id);
  console.log(`\n${formatFusion(fusion)}\n`);
  console.log(await writeFusion(client, fusion, { id, datasetId, out: options.out }));
}
