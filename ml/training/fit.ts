import { diagnosedImages } from '../data/diagnosed-images.ts';
import type { SampleSource } from '../data/sample.ts';
import type { FittedDiagnosisModel } from '../diagnosis/diagnosis-model.ts';
import type { Fitted } from '../fitted.ts';
import { checkTrainable } from './batch.ts';
import { inBatches } from './batch-order.ts';
import type { PredictedDiagnosis } from './predict.ts';
import { readAhead } from './read-ahead.ts';
import { InputError } from '../errors.ts';

export interface FeatureOptions {
  readonly model: FittedDiagnosisModel;
  /** The model's parsed configuration. */
  readonly config: unknown;
  /** Opened with a fusion or a prediction: samples carry `fused`. */
  readonly source: SampleSource;
  /** Aborting stops within one batch and throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** After each batch: images done and to do. */
  readonly onStep?: (done: number, total: number) => void;
}

/** Masks at once: they are let go when measured, only their numbers stay. */
const BATCH_SIZE = 16;

/**
 * Measures the training images' masks and fits the model to all measures at once.
 * @throws InputError where a structure that it measures or one of the diagnoses is missing.
 */
export async function fitModel(options: FeatureOptions & { readonly seed: number }): Promise<Fitted> {
  const { model, config, source, seed, signal } = options;
  model.checkStructures(source.structures, config);
  const images = diagnosedImages(source);
  const labels = images.map((index) => source.diagnoses[index] as 0 | 1);
  const positive = labels.filter((label) => label === 1).length;
  if (positive === 0 || positive === labels.length) {
    throw new InputError(
      `'${model.name}' needs images of both diagnoses: received ${labels.length - positive} of 0 and ${positive} of 1`,
    );
  }
  const features: number[][] = [];
  for await (const rows of measure(options, images)) features.push(...rows.map((row) => row.features));
  return model.fit({ features, labels, config, seed, signal });
}

/** The score of each image's `fused` mask, in the order of the source, a batch at a time. */
export async function* predictFitted(
  options: FeatureOptions & { readonly fitted: Fitted },
): AsyncGenerator<PredictedDiagnosis[]> {
  const { model, config, source, fitted } = options;
  model.checkStructures(source.structures, config);
  const images = source.ids.map((_, index) => index);
  for await (const rows of measure(options, images)) {
    yield rows.map(({ id, features }) => ({ id, logit: model.predict(fitted, features) }));
  }
}

async function* measure(
  { model, config, source, signal, onStep }: FeatureOptions,
  images: readonly number[],
): AsyncGenerator<{ id: string; features: number[] }[]> {
  const { height, width, structures } = source;
  let done = 0;
  for await (const samples of readAhead(source, inBatches(images, BATCH_SIZE), signal)) {
    for (const sample of samples) checkTrainable(sample, source);
    yield samples.map(({ id, fused, pixelSize }) => {
      const outlined = { mask: fused!, height, width, structures, pixelSize };
      return { id, features: model.features(outlined, config) };
    });
    done += samples.length;
    onStep?.(done, images.length);
  }
}
