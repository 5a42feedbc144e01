import type { Sample, SampleSource } from '../data/sample.ts';
import type { GradientModel, TrainedNetwork } from '../models.ts';
import { buildModel, createSquares, demoConfig, quickTraining } from '../models.test-helper.ts';
import { saveWeights, type Checkpoint } from './checkpoint.ts';
import { train, type EpochRecord, type TrainOptions } from './loop.ts';

export interface TrainedRun {
  readonly records: readonly EpochRecord[];
  readonly checkpoints: readonly Checkpoint[];
  /** A weights file. */
  readonly weights: Buffer;
}

/** Trains a demo network of the model to the end, and lets go of it after `look`. */
export async function trainDemo(
  model: GradientModel,
  settings: Partial<TrainOptions> = {},
  look: (network: TrainedNetwork) => void | Promise<void> = () => undefined,
): Promise<TrainedRun> {
  const source = createSquares(10);
  const config = settings.config ?? demoConfig(model);
  const raters = (settings.source ?? source).raters.length;
  const { network, dispose } = buildModel(model, 1, config, raters);
  const options = {
    model,
    config,
    network,
    training: quickTraining(),
    source,
    unlabelled: model.needsUnlabelled ? imagesOnly(createSquares(7, 3)) : undefined,
    seed: 5,
    ...settings,
  };
  const [records, checkpoints]: [EpochRecord[], Checkpoint[]] = [[], []];
  try {
    for await (const record of train(options)) {
      records.push(record);
      checkpoints.push(record.checkpoint());
    }
    await look(network);
    return { records, checkpoints, weights: Buffer.from(saveWeights(network)) };
  } finally {
    dispose();
  }
}

/** Samples changed as they are read. */
export function changedSource(source: SampleSource, change: (sample: Sample) => Sample): SampleSource {
  return { ...source, read: async (indices) => (await source.read(indices)).map(change) };
}

/** What a stream without masks may be asked for: reading more of it is an error. */
export function imagesOnly(source: SampleSource): SampleSource {
  return {
    ...source,
    diagnoses: source.ids.map(() => null),
    read: async (indices) =>
      (await source.read(indices)).map(({ id, image }) => ({ id, image }) as unknown as Sample),
  };
}
