import * as tf from '@tensorflow/tfjs';
import { createAdam } from '../ops/adam.ts';
import { InputError } from '../errors.ts';

/** What the objective says of each image: [b] each. */
export interface Measured {
  readonly losses: tf.Tensor1D;
  readonly logits: tf.Tensor1D;
}

export interface Optimised {
  /** Parameters of each image's best iterate, first axis the image. */
  readonly parameters: tf.NamedTensorMap;
  /** Loss of each image before each step and after the last: [steps + 1][b]. */
  readonly losses: readonly Float32Array[];
  /** Logit of each image with its first and with its best parameters: [b]. */
  readonly initialLogits: Float32Array;
  readonly bestLogits: Float32Array;
}

export type MapObjective = (parameters: tf.NamedTensorMap) => Measured;

export interface StepOptions {
  readonly measureOnly?: boolean;
  /** Whose gradient is followed, where that is not the objective measured. */
  readonly followed?: MapObjective;
}

/** What a step measured, on the host: [b] each. */
export interface StepValues {
  readonly losses: Float32Array;
  readonly logits: Float32Array;
}

/** Adam on the parameters of many images at once, keeping the best iterate of each. Owns what it is given. */
export interface MapOptimiser {
  /** Measures the current parameters, then moves them, unless they are only to be measured. */
  step(objective: MapObjective, options?: StepOptions): StepValues;
  result(): Optimised;
  dispose(): void;
}

export function createMapOptimiser(initial: tf.NamedTensorMap, learningRate: number): MapOptimiser {
  const names = Object.keys(initial);
  // A copy: the best iterate starts as the initial one, and Adam may write the variable in place.
  const variables = names.map((name) => tf.tidy(() => tf.variable(tf.add(initial[name], 0))));
  const adam = createAdam({ learningRate }, new Map(names.map((name, k) => [name, variables[k]])));
  const current: tf.NamedTensorMap = Object.fromEntries(names.map((name, k) => [name, variables[k]]));
  let best = initial;
  let bestMeasured: Measured | undefined;
  let firstLogits: tf.Tensor1D | undefined;
  const losses: Float32Array[] = [];

  function measure(objective: MapObjective): Measured {
    return tf.tidy(() => ({ ...objective(current) }));
  }

  /**
   * Gradients of the sum of the losses, and what was measured on the way; all to be disposed.
   * @throws InputError where there is none: the maps would stay as they are, however long they are optimised.
   */
  function differentiate(objective: MapObjective) {
    let measured: Measured | undefined;
    const total = (): tf.Scalar => {
      const { losses, logits } = objective(current);
      measured = { losses: tf.keep(losses.clone()), logits: tf.keep(logits.clone()) };
      return tf.sum<tf.Scalar>(losses);
    };
    const { grads, value } = tf.engine().gradients(total, variables, undefined, true);
    value.dispose();
    if (grads.some(Boolean)) return { measured: measured!, gradients: grads };
    tf.dispose([measured!.losses, measured!.logits]);
    throw new InputError(
      'DF-GT: the diagnosis network, as it is configured, gives no gradient for the mask, so that no map can follow it',
    );
  }

  /** Takes over the measured tensors. Read at once: a loss that is no number must stop the fusion where it arises. */
  function keep(measured: Measured): StepValues {
    const values = {
      losses: measured.losses.dataSync<'float32'>(),
      logits: measured.logits.dataSync<'float32'>(),
    };
    losses.push(values.losses);
    keepBest(measured);
    return values;
  }

  function keepBest(measured: Measured): void {
    firstLogits ??= tf.keep(measured.logits.clone());
    const previous = bestMeasured;
    if (!previous) {
      bestMeasured = measured;
      return;
    }
    const [nextBest, nextMeasured] = tf.tidy(() => {
      const better = tf.less(measured.losses, previous.losses);
      const pick = <T extends tf.Tensor>(a: T, b: tf.Tensor): T =>
        tf.where<T>(better.reshape([-1, ...a.shape.slice(1).map(() => 1)]), a, b as T);
      return [
        Object.fromEntries(names.map((name) => [name, pick(current[name], best[name])])),
        { losses: pick(measured.losses, previous.losses), logits: pick(measured.logits, previous.logits) },
      ] as const;
    });
    tf.dispose([best, previous.losses, previous.logits, measured.losses, measured.logits]);
    best = nextBest;
    bestMeasured = nextMeasured;
  }

  return {
    step(objective, { measureOnly = false, followed } = {}) {
      if (measureOnly) return keep(measure(objective));
      const { measured, gradients } = differentiate(followed ?? objective);
      if (followed) tf.dispose([measured.losses, measured.logits]);
      const values = keep(followed ? measure(objective) : measured);
      adam.step(Object.fromEntries(names.map((name, k) => [name, gradients[k]])));
      tf.dispose(gradients);
      return values;
    },
    result: () => ({
      parameters: best,
      losses,
      initialLogits: firstLogits!.dataSync<'float32'>(),
      bestLogits: bestMeasured!.logits.dataSync<'float32'>(),
    }),
    dispose() {
      adam.dispose();
      tf.dispose([variables, best]);
      if (firstLogits) firstLogits.dispose();
      if (bestMeasured) tf.dispose([bestMeasured.losses, bestMeasured.logits]);
    },
  };
}
