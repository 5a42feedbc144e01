import type { Sample, SampleSource } from '../data/sample.ts';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import { sigmoid } from '../ops/sigmoid.ts';
import { valuesOf } from '../ops/values-of.ts';
import type { Prediction, SegmentationNetwork } from '../segmentation/segmentation-model.ts';
import { toBatch, toImages, type ImageSample } from './batch.ts';
import { inBatches } from './batch-order.ts';
import { readAhead } from './read-ahead.ts';

export interface PredictOptions<Network> {
  readonly network: Network;
  readonly source: SampleSource;
  /** Images at once; the result does not depend on it. */
  readonly batchSize?: number;
  /** Aborting stops within one batch and throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** After each batch: images done and to do. */
  readonly onStep?: (done: number, total: number) => void;
}

export interface PredictedDiagnosis {
  readonly id: string;
  /** Positive values speak for diagnosis 1; probability is 1 / (1 + e^−logit). */
  readonly logit: number;
}

export interface PredictedMask extends Prediction {
  readonly id: string;
}

const BATCH_SIZE = 16;

/** The diagnosis of each image and its `fused` mask, in the order of the source, a batch at a time. */
export async function* predictDiagnoses(
  options: PredictOptions<DiagnosisNetwork>,
): AsyncGenerator<PredictedDiagnosis[]> {
  const { network, source } = options;
  for await (const samples of batchesOf(options)) {
    const logits = valuesOf(() => {
      const { image, fused } = toBatch(samples, source);
      return network.apply({ image, mask: fused }, { training: false }).logit;
    });
    yield samples.map(({ id }, index) => ({ id, logit: logits[index] }));
  }
}

/** The masks that a segmentation network draws from the images alone, in the order of the source. */
export async function* predictMasks(
  options: PredictOptions<SegmentationNetwork>,
): AsyncGenerator<PredictedMask[]> {
  const { network, source } = options;
  for await (const samples of batchesOf(options)) {
    const images = samples.map(({ id, image }) => ({ id, image }));
    const predicted = await (network.predict?.(images, source) ?? drawn(network, images, source));
    yield predicted.map((prediction, index) => ({ id: images[index].id, ...prediction }));
  }
}

/** The sigmoid of the network's logits. */
function drawn(
  network: SegmentationNetwork,
  images: readonly ImageSample[],
  source: SampleSource,
): Prediction[] {
  const values = valuesOf(() =>
    sigmoid(network.apply({ image: toImages(images, source) }, { training: false }).logits),
  );
  const size = values.length / images.length;
  return images.map((_, index) => ({ mask: values.slice(index * size, (index + 1) * size) }));
}

async function* batchesOf<Network>(options: PredictOptions<Network>): AsyncGenerator<Sample[]> {
  const { source, batchSize = BATCH_SIZE, signal, onStep } = options;
  const images = source.ids.map((_, index) => index);
  let done = 0;
  for await (const samples of readAhead(source, inBatches(images, batchSize), signal)) {
    yield samples;
    done += samples.length;
    onStep?.(done, images.length);
  }
}
