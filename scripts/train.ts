import type { Client } from './client/client.ts';
import { command, withServer } from './client/command.ts';
import { findMethod, printMethods, type MethodKind } from './client/methods.ts';
import { madeBy, runExperiment } from './client/run-experiment.ts';
import { openSubject } from './client/subject.ts';
import { writeModel } from './train/files.ts';
import { parseOptions, usage, type TrainOptions } from './train/options.ts';
import { formatModel } from './train/print.ts';
import { readModel } from './train/read-model.ts';

const kinds: readonly MethodKind[] = ['DIAGNOSIS_MODEL', 'SEGMENTATION_MODEL'];

await command(async () => {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') return console.log(usage);
  await withServer(options.url, (client) =>
    options.list ? printMethods(client, [...kinds, 'FUSION']) : train(client, options),
  );
});

/** One model over GraphQL, on a phantom or on a folder of real data: its weights, and its numbers on the test images. */
async function train(client: Client, options: TrainOptions): Promise<void> {
  const { method, config, training, fusion, fusionConfig, protocol, seed, preset } = options;
  const { task } = await findMethod(client, kinds, method);
  await findMethod(client, ['FUSION'], fusion);
  const { snapshotId } = await openSubject(client, options);
  const made = await runExperiment(client, {
    snapshotId,
    experiment: 'train',
    preset,
    config: {
      method,
      fusion,
      protocol,
      modelTraining: training,
      seeds: [seed],
      settings: { [fusion]: fusionConfig, [method]: config },
    },
  });
  const { id, model, judgeModel } = madeBy(made, ({ evaluation }) => evaluation);
  // A diagnosis model is evaluated as the judge of the masks that it has learned with.
  const trained = task === 'diagnosis' ? judgeModel : model;
  if (!trained) throw new Error(`evaluation ${id} is not of '${method}'`);
  const read = await readModel(client, trained.id, id);
  console.log(`\n${formatModel(read)}\n`);
  console.log(await writeModel(client, read, options.out));
}
