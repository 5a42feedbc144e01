import { models } from '../ml/models.ts';
import type { Client } from './client/client.ts';
import { command, withServer } from './client/command.ts';
import { fuseMasks } from './client/fuse-masks.ts';
import { createSteps, type Steps } from './client/steps.ts';
import { openSubject } from './client/subject.ts';
import { writeModel } from './train/files.ts';
import { parseOptions, usage, type TrainOptions } from './train/options.ts';
import { formatModel } from './train/print.ts';
import { readModel } from './train/read-model.ts';

/** The network that DF-GT follows, and the one inside Take and Give: the paper's. */
const [THETA, INSIDE] = ['dl-cat', 'baseline-dia'];

await command(async () => {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else await withServer(options.url, (client) => train(client, options));
});

/** One model over GraphQL, on a phantom or on a folder of real data: its weights, and its numbers on the test images. */
async function train(client: Client, options: TrainOptions): Promise<void> {
  const { method, config, training, fusion, fusionConfig } = options;
  const { snapshotId } = await openSubject(client, options);
  const steps = createSteps(client, options);
  const masks = await fuseMasks(steps, { snapshotId, method: fusion, config: fusionConfig, theta: THETA });
  const diagnosisModelId = await modelInside(steps, method, snapshotId);
  const model = await steps.train(method, { fusionId: masks.id, config, diagnosisModelId, training });
  const isDiagnosis = models.get(method).task === 'diagnosis';
  const judged = isDiagnosis ? { fusionId: masks.id, judgeModelId: model.id } : { modelId: model.id };
  const { evaluationId } = await steps.evaluate(model, judged);
  const trained = await readModel(client, model.id, evaluationId);
  console.log(`\n${formatModel(trained)}\n`);
  console.log(await writeModel(client, trained, options.out));
}

/** A diagnosis network for models that have one inside, trained on majority votes. */
async function modelInside(steps: Steps, method: string, snapshotId: string): Promise<string | undefined> {
  const model = models.get(method);
  if (model.task !== 'segmentation' || !model.needsDiagnosisModel) return undefined;
  const vote = await steps.fuse('majority-vote', { snapshotId });
  return (await steps.train(INSIDE, { fusionId: vote.id })).id;
}
