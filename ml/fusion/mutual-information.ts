import * as tf from '@tensorflow/tfjs';

/** Which f-divergence the gain is taken from. */
export type Divergence = 'kl' | 'pearson' | 'js';

// Keeps logarithms finite where both sides are sure of different answers.
const LEAST = 1e-8;

/**
 * The negative f-mutual information gain between two sides that each say how likely a class is, for B items:
 * M_ab = Σ_c h_c(a) g_c(b) / π_c. Items that are the same on both sides (a = b) should agree, others not. Cao et al. 2019.
 *
 *     kl       −mean_a (1 + log M_aa) + mean_{a≠b} M_ab
 *     pearson  −2 mean_a (M_aa − 1) + mean_{a≠b} (M_ab² − 1)
 *     js       −mean_a log(2 M / (1 + M)) − mean_{a≠b} log(2 / (1 + M))
 *
 * @param h the data's side, probabilities [B, K]
 * @param g the crowd's side, probabilities [B, K]
 * @param prior π, [K]
 */
export function negativeInformation(
  h: tf.Tensor2D,
  g: tf.Tensor2D,
  prior: readonly number[],
  divergence: Divergence,
): tf.Scalar {
  const items = h.shape[0];
  if (items < 2) throw new RangeError(`mutual information needs two items or more: received ${items}`);
  const weighted = tf.div<tf.Tensor2D>(h, tf.tensor2d([...prior], [1, prior.length]));
  const all = tf.matMul(weighted, g, false, true); // [B, B]
  const same = tf.add(tf.sum(tf.mul(weighted, g), 1), LEAST); // [B]
  const others = (of: (m: tf.Tensor) => tf.Tensor): tf.Scalar =>
    tf.div(tf.sub(tf.sum(of(all)), tf.sum(of(tf.sub(same, LEAST)))), items * (items - 1));
  switch (divergence) {
    case 'kl':
      return tf.sub(others((m) => m), tf.mean(tf.add(1, tf.log(same)))); // prettier-ignore
    case 'pearson':
      return tf.sub(others((m) => tf.sub(tf.square(m), 1)), tf.mul(2, tf.mean(tf.sub(same, 1)))); // prettier-ignore
    case 'js':
      return tf.neg(
        tf.add<tf.Scalar>(
          tf.mean(tf.log(tf.div(tf.mul(2, same), tf.add(1, same)))),
          others((m) => tf.log(tf.div(2, tf.add(1, m)))),
        ),
      );
  }
}
