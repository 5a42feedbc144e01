import * as tf from '@tensorflow/tfjs';
import type { Sample, SampleSource } from '../data/sample.ts';
import { createRandom, type Random } from '../random.ts';
import type { Moment } from './moment.ts';

/** Numbers of one sample, of one shape for all samples of a source. */
export interface Target {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type SourceShape = Pick<SampleSource, 'height' | 'width' | 'raters' | 'structures'>;

/**
 * Makes a target of a sample, on the CPU: a boundary, a distance map, a box, one rater's mask. It is given the sample as
 * the network will see it, mirrored and moved, so that whatever is read from the masks fits the image. `random` is the
 * sample's own stream in this epoch.
 */
export type MakeTarget = (sample: Sample, source: SourceShape, random: Random) => Target;
export type Targets = Readonly<Record<string, MakeTarget>>;

/** Every rater's mask, 0 or 1: [h, w, n·C], rater by rater. What nobody annotated is 0: see `annotatedMasks`. */
export const raterMasks: MakeTarget = ({ raterMasks: masks }, { height, width, raters, structures }) => ({
  shape: [height, width, raters.length * structures.length],
  values: Float32Array.from(masks),
});

/** 1 where a rater annotated a structure, in the order of `raterMasks`: [n·C]. */
export const annotatedMasks: MakeTarget = ({ annotated }, { raters, structures }) => ({
  shape: [raters.length * structures.length],
  values: Float32Array.from(annotated),
});

/** The targets of a batch, each stacked to [b, …]. Call inside tf.tidy. */
export function stackTargets(
  targets: Targets,
  samples: readonly Sample[],
  source: SourceShape,
  { seed, epoch }: Pick<Moment, 'seed' | 'epoch'>,
): Readonly<Record<string, tf.Tensor>> {
  const stacked = Object.entries(targets).map(([name, make]) => {
    const made = samples.map((sample) =>
      make(sample, source, createRandom(seed, 'target', name, epoch, sample.id)),
    );
    return [name, stack(name, made)] as const;
  });
  return Object.fromEntries(stacked);
}

function stack(name: string, made: readonly Target[]): tf.Tensor {
  const [{ shape, values }] = made;
  const all = new Float32Array(made.length * values.length);
  made.forEach((target, index) => {
    if (target.shape.join() !== shape.join()) {
      throw new RangeError(
        `target '${name}' has shapes [${shape.join(', ')}] and [${target.shape.join(', ')}]`,
      );
    }
    all.set(target.values, index * values.length);
  });
  return tf.tensor(all, [made.length, ...shape]);
}
