import * as tf from '@tensorflow/tfjs';
import type { Sample, SampleSource } from '../data/sample.ts';
import { softmax } from '../ops/softmax.ts';
import type { PixelGrid } from './parametrisation.ts';
import { readRaterMasks, type RaterMasks } from './rater-masks.ts';
import { scatterRows } from './scatter.ts';

// Softmax of this is exactly zero in float32: a rater who is absent has no weight.
const ABSENT = -1e9;

/**
 * b images ready for DF-GT. Only disputed pixels are computed: where raters agree, every convex combination of their
 * masks is the same, so the loss does not depend on expertness there. This is exact, and several times cheaper. Images
 * with fewer disputed pixels than q are padded; padding is scattered into a row that is cut off.
 */
export interface DfGtBatch {
  readonly samples: readonly Sample[];
  readonly masks: readonly RaterMasks[];
  /** [b, h, w, 3] */
  readonly images: tf.Tensor4D;
  /** 0 for a rater who is present, very low for one who is not: [b, 1, n]. */
  readonly absence: tf.Tensor3D;
  readonly disputed: PixelGrid;
  /** Unanimous pixels' value, 0 at disputed ones: [b, h, w, C]. */
  readonly unanimous: tf.Tensor4D;
  /** Raters' masks at the disputed pixels: [b, q, n, C]. */
  readonly votes: tf.Tensor4D;
  /** Whether the rater annotated the structure, where some did so in part: [b, 1, n, C]. */
  readonly annotated: tf.Tensor4D | null;
  /** Row of the flat picture to which each disputed pixel belongs: [b · q]. */
  readonly rows: tf.Tensor1D;
}

/** The caller disposes what this returns, by disposeBatch. */
export function createBatch(samples: readonly Sample[], source: SampleSource): DfGtBatch {
  const masks = samples.map((sample) => readRaterMasks(sample, source));
  const [b, n, c] = [samples.length, source.raters.length, source.structures.length];
  const pixels = source.height * source.width;
  const q = Math.max(1, ...masks.map((mask) => mask.disputed.length));
  const votes = new Float32Array(b * q * n * c);
  const numbers = new Int32Array(b * q);
  const rows = new Int32Array(b * q).fill(b * pixels);
  const unanimous = new Float32Array(b * pixels * c);
  masks.forEach((mask, image) => {
    unanimous.set(mask.mean, image * pixels * c);
    mask.disputed.forEach((pixel, k) => {
      const at = image * q + k;
      numbers[at] = pixel;
      rows[at] = image * pixels + pixel;
      unanimous.fill(0, (image * pixels + pixel) * c, (image * pixels + pixel + 1) * c);
      votes.set(countedVotes(samples[image], pixel, n, c), at * n * c);
    });
  });
  const partial = samples.some((sample, image) => isPartial(sample, masks[image], c));
  return {
    samples,
    masks,
    images: stackImages(samples, source),
    absence: tf.tensor3d(
      masks.flatMap((mask) => Array.from(mask.present, (one) => (one ? 0 : ABSENT))),
      [b, 1, n],
    ),
    disputed: createGrid(numbers, b, source),
    unanimous: tf.tensor4d(unanimous, [b, source.height, source.width, c]),
    votes: tf.tensor4d(votes, [b, q, n, c]),
    annotated: partial
      ? tf.tensor4d(
          samples.flatMap((sample) => [...sample.annotated]),
          [b, 1, n, c],
        )
      : null,
    rows: tf.tensor1d(rows, 'int32'),
  };
}

export function disposeBatch(batch: DfGtBatch): void {
  const { images, absence, unanimous, votes, annotated, rows, disputed } = batch;
  tf.dispose([images, absence, unanimous, votes, rows, disputed.coordinates, disputed.numbers]);
  annotated?.dispose();
}

function countedVotes(sample: Sample, pixel: number, n: number, c: number): Uint8Array {
  return sample.raterMasks
    .subarray(pixel * n * c, (pixel + 1) * n * c)
    .map((value, k) => value & sample.annotated[k]);
}

/** True where a rater annotated some structures of the image and not others. */
function isPartial(sample: Sample, mask: RaterMasks, c: number): boolean {
  return sample.annotated.some((one, k) => one !== mask.present[Math.floor(k / c)]);
}

export function stackImages(samples: readonly Sample[], source: SampleSource): tf.Tensor4D {
  const values = new Float32Array(samples.length * source.height * source.width * 3);
  samples.forEach((sample, k) => values.set(sample.image, k * sample.image.length));
  return tf.tensor4d(values, [samples.length, source.height, source.width, 3]);
}

/** The grid of the given pixels: [b · q] numbers, q of each image in turn. */
export function createGrid(
  numbers: Int32Array,
  images: number,
  size: { height: number; width: number },
): PixelGrid {
  const place = (k: number, count: number): number =>
    count === 1 ? 0 : Math.sqrt(3) * ((2 * k) / (count - 1) - 1);
  const coordinates = new Float32Array(numbers.length * 2);
  numbers.forEach((pixel, k) => {
    coordinates[2 * k] = place(pixel % size.width, size.width);
    coordinates[2 * k + 1] = place(Math.floor(pixel / size.width), size.height);
  });
  const pixels = numbers.length / images;
  return {
    images,
    pixels,
    height: size.height,
    width: size.width,
    coordinates: tf.tensor3d(coordinates, [images, pixels, 2]),
    numbers: tf.tensor1d(numbers, 'int32'),
  };
}

/** The grid of all pixels of every picture. */
export function createPictureGrid(images: number, size: { height: number; width: number }): PixelGrid {
  const pixels = size.height * size.width;
  return createGrid(
    Int32Array.from({ length: images * pixels }, (_, k) => k % pixels),
    images,
    size,
  );
}

/** Softmax over the raters who are present: [b, q, n], summing to one over raters. */
export function expertness(logits: tf.Tensor3D, absence: tf.Tensor3D): tf.Tensor3D {
  return softmax(tf.add<tf.Tensor3D>(logits, absence));
}

/** Equation 2, G = Σ s · m, at the disputed pixels, laid into the unanimous rest: [b, h, w, C]. */
export function fuseBatch(batch: DfGtBatch, weights: tf.Tensor3D): tf.Tensor4D {
  const [b, h, w, c] = batch.unanimous.shape;
  const spread = tf.expandDims<tf.Tensor4D>(weights, 3); // [b, q, n, 1]
  const sum = tf.sum(tf.mul(batch.votes, spread), 2); // [b, q, C]
  // Where a rater left out a structure, the weights of those who did not are scaled up to one for it.
  const share = batch.annotated
    ? tf.div(sum, tf.maximum(tf.sum(tf.mul(batch.annotated, spread), 2), 1e-20))
    : sum;
  const flat = scatterRows(share.reshape([-1, c]), batch.rows, b * h * w + 1);
  return tf.add(batch.unanimous, flat.slice([0, 0], [b * h * w, c]).reshape([b, h, w, c]));
}
