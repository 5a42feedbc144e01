import * as tf from '@tensorflow/tfjs';
import { createAdam } from '../ops/adam.ts';

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

/** Adam on the parameters of many images at once, keeping the best iterate of each. Owns what it is given. */
export interface MapOptimiser {
  step(objective: (parameters: tf.NamedTensorMap) => Measured, options: { measureOnly: boolean }): void;
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
  const losses: tf.Tensor1D[] = [];

  function measure(objective: (parameters: tf.NamedTensorMap) => Measured): Measured {
    return tf.tidy(() => ({ ...objective(current) }));
  }

  /** Gradients of the sum of the losses, and what was measured on the way; all to be disposed. */
  function differentiate(objective: (parameters: tf.NamedTensorMap) => Measured) {
    let measured: Measured | undefined;
    const { grads, value } = tf.variableGrads(() => {
      const { losses, logits } = objective(current);
      measured = { losses: tf.keep(losses.clone()), logits: tf.keep(logits.clone()) };
      return tf.sum<tf.Scalar>(losses);
    }, variables);
    value.dispose();
    return { measured: measured!, gradients: variables.map((variable) => grads[variable.name]) };
  }

  /** Takes over the measured tensors. */
  function keepBest(measured: Measured): void {
    losses.push(measured.losses);
    firstLogits ??= tf.keep(measured.logits.clone());
    const previous = bestMeasured;
    if (!previous) {
      bestMeasured = { losses: measured.losses.clone(), logits: measured.logits };
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
    tf.dispose([best, previous.losses, previous.logits, measured.logits]);
    best = nextBest;
    bestMeasured = nextMeasured;
  }

  return {
    step(objective, { measureOnly }) {
      if (measureOnly) return keepBest(measure(objective));
      const { measured, gradients } = differentiate(objective);
      keepBest(measured);
      adam.step(Object.fromEntries(names.map((name, k) => [name, gradients[k]])));
      tf.dispose(gradients);
    },
    result: () => ({
      parameters: best,
      losses: losses.map((one) => one.dataSync<'float32'>()),
      initialLogits: firstLogits!.dataSync<'float32'>(),
      bestLogits: bestMeasured!.logits.dataSync<'float32'>(),
    }),
    dispose() {
      adam.dispose();
      tf.dispose([variables, best, losses]);
      if (firstLogits) firstLogits.dispose();
      if (bestMeasured) tf.dispose([bestMeasured.losses, bestMeasured.logits]);
    },
  };
}
