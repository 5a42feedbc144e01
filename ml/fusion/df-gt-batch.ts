import * as tf from '@tensorflow/tfjs';
import type { Sample, SampleSource } from '../data/sample.ts';
import type { DisputedVotes } from '../ops/fuse-votes.ts';
import { softmax } from '../ops/softmax.ts';
import type { PixelGrid } from './parametrisation.ts';
import { readRaterMasks, type RaterMasks } from './rater-masks.ts';

// Softmax of this is exactly zero in float32: a rater who is absent has no weight.
const ABSENT = -1e9;

/**
 * b images ready for DF-GT. Only disputed pixels are computed: where raters agree, every convex combination of their
 * masks is the same, so the loss does not depend on expertness there. This is exact, and several times cheaper. Images
 * with fewer disputed pixels than q are padded.
 */
export interface DfGtBatch {
  readonly samples: readonly Sample[];
  readonly masks: readonly RaterMasks[];
  /** [b, h, w, 3] */
  readonly images: tf.Tensor4D;
  readonly disputed: PixelGrid;
  readonly votes: DisputedVotes;
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
  const counts = Int32Array.from(masks, (mask) => mask.disputed.length);
  return {
    samples,
    masks,
    images: stackImages(samples, source),
    disputed: createGrid({ numbers, counts, ...source }),
    votes: {
      absence: tf.tensor3d(
        masks.flatMap((mask) => Array.from(mask.present, (one) => (one ? 0 : ABSENT))),
        [b, 1, n],
      ),
      votes: tf.tensor4d(votes, [b, q, n, c]),
      annotated: tf.tensor4d(
        samples.flatMap((sample) => [...sample.annotated]),
        [b, 1, n, c],
      ),
      rows: tf.tensor1d(rows, 'int32'),
      unanimous: tf.tensor4d(unanimous, [b, source.height, source.width, c]),
    },
  };
}

export function disposeBatch({ images, disputed, votes }: DfGtBatch): void {
  tf.dispose([images, Object.values(votes)]);
  disposeGrid(disputed);
}

function countedVotes(sample: Sample, pixel: number, n: number, c: number): Uint8Array {
  return sample.raterMasks
    .subarray(pixel * n * c, (pixel + 1) * n * c)
    .map((value, k) => value & sample.annotated[k]);
}

function stackImages(samples: readonly Sample[], source: SampleSource): tf.Tensor4D {
  const values = new Float32Array(samples.length * source.height * source.width * 3);
  samples.forEach((sample, k) => values.set(sample.image, k * sample.image.length));
  return tf.tensor4d(values, [samples.length, source.height, source.width, 3]);
}

interface GridPixels {
  /** [b · q] numbers within their picture, q of each picture in turn. */
  readonly numbers: Int32Array;
  /** How many of the q are the picture's own: [b]. */
  readonly counts: Int32Array;
  readonly height: number;
  readonly width: number;
}

export function createGrid({ numbers, counts, height, width }: GridPixels): PixelGrid {
  const place = (k: number, count: number): number =>
    count === 1 ? 0 : Math.sqrt(3) * ((2 * k) / (count - 1) - 1);
  const coordinates = new Float32Array(numbers.length * 2);
  numbers.forEach((pixel, k) => {
    coordinates[2 * k] = place(pixel % width, width);
    coordinates[2 * k + 1] = place(Math.floor(pixel / width), height);
  });
  const [images, pixels] = [counts.length, numbers.length / counts.length];
  return {
    images,
    pixels,
    height,
    width,
    coordinates: tf.tensor3d(coordinates, [images, pixels, 2]),
    numbers: tf.tensor1d(numbers, 'int32'),
    counts: tf.tensor1d(counts, 'int32'),
  };
}

export function disposeGrid({ coordinates, numbers, counts }: PixelGrid): void {
  tf.dispose([coordinates, numbers, counts]);
}

/** The grid of `count` pixels of every picture, from number `from` on: all of them by default. */
export function createPictureGrid(
  images: number,
  size: { height: number; width: number },
  { from = 0, count = size.height * size.width } = {},
): PixelGrid {
  return createGrid({
    numbers: Int32Array.from({ length: images * count }, (_, k) => from + (k % count)),
    counts: new Int32Array(images).fill(count),
    ...size,
  });
}

/** Softmax over the raters who are present: [b, q, n], summing to one over raters. */
export function expertness(logits: tf.Tensor3D, absence: tf.Tensor3D): tf.Tensor3D {
  return softmax(tf.add<tf.Tensor3D>(logits, absence));
}
