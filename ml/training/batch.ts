import * as tf from '@tensorflow/tfjs';
import { checkSample } from '../data/memory-source.ts';
import type { Sample, SampleSource } from '../data/sample.ts';
import { moveMap, relight, type Change } from './augment.ts';
import { InputError } from '../errors.ts';

/** A mini-batch as tensors; unknown diagnoses stand as 0 and must not be asked for. */
export interface Batch {
  readonly image: tf.Tensor4D; // [b, h, w, 3]
  readonly fused: tf.Tensor4D; // [b, h, w, C]
  readonly majority: tf.Tensor4D; // [b, h, w, C]
  readonly diagnosis: tf.Tensor1D; // [b]
}

/**
 * @throws InputError where a sample lacks its fused mask or has another size than its source declares.
 * Call inside tf.tidy.
 */
export function toBatch(
  samples: readonly Sample[],
  source: SampleSource,
  changeOf?: (sample: Sample) => Change,
): Batch {
  const { height, width } = source;
  for (const sample of samples) checkTrainable(sample, source);
  const changes = changeOf && samples.map(changeOf);
  const maps = (arrays: readonly Float32Array[], channels: number): tf.Tensor4D =>
    tf.tensor4d(concatenated(arrays), [samples.length, height, width, channels]);
  const moved = (map: Float32Array, index: number): Float32Array =>
    changes ? moveMap(map, source, changes[index]) : map;
  const lit = (image: Float32Array, index: number): Float32Array =>
    changes ? relight(image, changes[index]) : image;
  const structures = source.structures.length;
  return {
    image: maps(
      samples.map(({ image }, i) => lit(moved(image, i), i)),
      3,
    ),
    fused: maps(
      samples.map(({ fused }, i) => moved(fused!, i)),
      structures,
    ),
    majority: maps(
      samples.map((sample, i) => moved(majorityOf(sample, source), i)),
      structures,
    ),
    diagnosis: tf.tensor1d(
      samples.map((sample) => sample.diagnosis ?? 0),
      'float32',
    ),
  };
}

/** The images alone, for predictions that need no mask: [b, h, w, 3]. */
export function toImages(samples: readonly Sample[], source: SampleSource): tf.Tensor4D {
  for (const sample of samples) {
    checkSample(sample, source);
    checkFinite(sample.id, 'image', sample.image);
  }
  const pixels = concatenated(samples.map((sample) => sample.image));
  return tf.tensor4d(pixels, [samples.length, source.height, source.width, 3]);
}

/** @throws InputError where the sample lacks its fused mask, has another size than its source declares or holds NaN. */
export function checkTrainable(sample: Sample, source: SampleSource): void {
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
export function majorityOf(sample: Sample, { raters, structures }: SampleSource): Float32Array {
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
