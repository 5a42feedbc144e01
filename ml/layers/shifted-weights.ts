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
  return withKept(moved, (before) => {
    Object.values(direction).forEach((step, i) =>
      tf.tidy(() => moved[i].assign(before[i].add(step.mul(amount)))),
    );
    return work();
  });
}

/** Runs `work` and puts the variables back to the bit, whatever became of them; `before` is what they were. */
export function withKept<T>(variables: readonly tf.Variable[], work: (before: readonly tf.Tensor[]) => T): T {
  const before = variables.map((variable) => variable.clone());
  try {
    return work(before);
  } finally {
    variables.forEach((variable, i) => variable.assign(before[i]));
    tf.dispose(before);
  }
}
