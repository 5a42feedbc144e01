import * as tf from '@tensorflow/tfjs';
import { lossAndGradients } from '../layers/gradients.ts';
import type { Weights } from '../layers/weights.ts';
import type { Adam } from '../ops/adam.ts';
import { DivergedError } from '../errors.ts';

export interface TrainStepOptions {
  readonly weights: Weights;
  readonly adam: Adam;
  readonly clipValue: number | null;
  /** Names the place in the run, for the message. */
  readonly place: string;
}

/**
 * One step: forward, backward, Adam. Returns the loss.
 * @throws DivergedError where the loss is not a finite number; the weights are not updated then.
 */
export function trainStep(
  loss: () => tf.Scalar,
  { weights, adam, clipValue, place }: TrainStepOptions,
): number {
  return tf.tidy(() => {
    const { value, gradients } = lossAndGradients(loss, weights);
    const number = value.dataSync()[0];
    if (!Number.isFinite(number)) {
      throw new DivergedError(`the loss is ${number} in ${place}: try a lower learning rate or a clip value`);
    }
    adam.step(clipValue === null ? gradients : clipped(gradients, clipValue));
    return number;
  });
}

function clipped(gradients: tf.NamedTensorMap, limit: number): tf.NamedTensorMap {
  const entries = Object.entries(gradients).map(([name, gradient]) => [
    name,
    gradient.clipByValue(-limit, limit),
  ]);
  return Object.fromEntries(entries) as tf.NamedTensorMap;
}
