import * as tf from '@tensorflow/tfjs';
import { checkSample } from '../data/memory-source.ts';
import type { Sample } from '../data/sample.ts';
import { changeImage, changeSample, type Change } from './augment.ts';
import type { Moment } from './moment.ts';
import { stackTargets, type SourceShape, type Targets } from './targets.ts';
import { InputError } from '../errors.ts';

/** A mini-batch as tensors; unknown diagnoses stand as 0 and must not be asked for. */
export interface Batch {
  readonly ids: readonly string[]; // [b]
  readonly image: tf.Tensor4D; // [b, h, w, 3]
  readonly fused: tf.Tensor4D; // [b, h, w, C]
  readonly majority: tf.Tensor4D; // [b, h, w, C]
  readonly diagnosis: tf.Tensor1D; // [b]
  /** What the learner has made of each sample, by its name: [b, …]. */
  readonly targets: Readonly<Record<string, tf.Tensor>>;
  /** Images of the second stream, in a training that has one: [b, h, w, 3]. */
  readonly unlabelled?: tf.Tensor4D;
}

export interface BatchOptions {
  readonly changeOf?: (image: ImageSample) => Change;
  readonly targets?: Targets;
  /** Rules the chance in targets. */
  readonly at?: Pick<Moment, 'seed' | 'epoch'>;
  /** Images of the second stream and where they are from. */
  readonly unlabelled?: { readonly images: readonly ImageSample[]; readonly source: SourceShape };
}

/** An image without what is known of it. */
export type ImageSample = Pick<Sample, 'id' | 'image'>;

/**
 * @throws InputError where a sample lacks its fused mask or has another size than its source declares.
 * Call inside tf.tidy.
 */
export function toBatch(
  samples: readonly Sample[],
  source: SourceShape,
  { changeOf, targets = {}, at = { seed: 0, epoch: 0 }, unlabelled }: BatchOptions = {},
): Batch {
  for (const sample of samples) checkTrainable(sample, source);
  const seen = changeOf ? samples.map((sample) => changeSample(sample, source, changeOf(sample))) : samples;
  const maps = (arrays: readonly Float32Array[], channels: number): tf.Tensor4D =>
    tf.tensor4d(concatenated(arrays), [samples.length, source.height, source.width, channels]);
  const structures = source.structures.length;
  return {
    ids: samples.map(({ id }) => id),
    image: maps(
      seen.map(({ image }) => image),
      3,
    ),
    fused: maps(
      seen.map(({ fused }) => fused!),
      structures,
    ),
    majority: maps(
      seen.map((sample) => majorityOf(sample, source)),
      structures,
    ),
    diagnosis: tf.tensor1d(
      samples.map(({ diagnosis }) => diagnosis ?? 0),
      'float32',
    ),
    targets: stackTargets(targets, seen, source, at),
    unlabelled: unlabelled && toImages(unlabelled.images, unlabelled.source, changeOf),
  };
}

/** The images alone, for what needs no mask: [b, h, w, 3]. */
export function toImages(
  samples: readonly ImageSample[],
  source: SourceShape,
  changeOf?: (image: ImageSample) => Change,
): tf.Tensor4D {
  for (const sample of samples) {
    checkSample(sample, source);
    checkFinite(sample.id, 'image', sample.image);
  }
  const seen = changeOf
    ? samples.map((sample) => changeImage(sample.image, source, changeOf(sample)))
    : samples.map(({ image }) => image);
  return tf.tensor4d(concatenated(seen), [samples.length, source.height, source.width, 3]);
}

/** @throws InputError where the sample lacks its fused mask, has another size than its source declares or holds NaN. */
export function checkTrainable(sample: Sample, source: SourceShape): void {
  checkSample(sample, source);
  const { id, image, fused } = sample;
  if (!fused) throw new InputError(`image '${id}' has no fused mask: open the source with a fusion`);
  checkFinite(id, 'image', image);
  checkFinite(id, 'fused mask', fused);
}

/** A single NaN would spread to every weight, and ReLU could hide it from the loss. */
function checkFinite(id: string, what: string, values: Float32Array): void {
  const found = values.find((value) => !Number.isFinite(value));
  if (found !== undefined)
    throw new InputError(`the ${what} of '${id}' holds ${found}: expected finite numbers`);
}

/**
 * Mean of the masks of the raters who annotated: [h, w, C]. Where nobody annotated a structure the fused mask stands
 * in, so that the structure neither vanishes nor counts as empty.
 */
export function majorityOf(sample: Sample, { raters, structures }: SourceShape): Float32Array {
  const { raterMasks, annotated, fused } = sample;
  const [n, count] = [raters.length, structures.length];
  const pixels = raterMasks.length / (n * count);
  const mean = new Float32Array(pixels * count);
  for (let c = 0; c < count; c++) {
    const present = raters.map((_, rater) => rater).filter((rater) => annotated[rater * count + c] === 1);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const at = pixel * count + c;
      if (present.length === 0) mean[at] = fused?.[at] ?? 0;
      else {
        let votes = 0;
        for (const rater of present) votes += raterMasks[(pixel * n + rater) * count + c];
        mean[at] = votes / present.length;
      }
    }
  }
  return mean;
}

function concatenated(arrays: readonly Float32Array[]): Float32Array {
  const length = arrays.reduce((sum, array) => sum + array.length, 0);
  const all = new Float32Array(length);
  let start = 0;
  for (const array of arrays) {
    all.set(array, start);
    start += array.length;
  }
  return all;
}
