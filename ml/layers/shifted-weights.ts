import * as tf from '@tensorflow/tfjs';

/**
 * Runs `work` with each weight moved to weight + amount · direction, and puts the weights back to the bit. Weights without
 * a direction stay.
 */
export function withShifted<T>(
  weights: ReadonlyMap<string, tf.Variable>,
  direction: tf.NamedTensorMap,
  amount: number,
  work: () => T,
): T {
  const moved = Object.keys(direction).map((name) => weights.get(name)!);
  const before = moved.map((weight) => weight.clone());
  try {
    Object.values(direction).forEach((step, i) =>
      tf.tidy(() => moved[i].assign(before[i].add(step.mul(amount)))),
    );
    return work();
  } finally {
    moved.forEach((weight, i) => weight.assign(before[i]));
    tf.dispose(before);
  }
}
