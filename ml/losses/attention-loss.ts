import type * as tf from '@tensorflow/tfjs';

/** Keeps logarithms of pixels that no attention falls on finite. */
const EPSILON = 1e-7;

/**
 * Kullback–Leibler divergence of predicted from wanted attention, each map scaled to sum to one over its pixels; mean over
 * images. A map that wants nothing asks for nothing. wanted, predicted [b, h, w, 1], not negative
 */
export function attentionLoss(wanted: tf.Tensor4D, predicted: tf.Tensor4D): tf.Scalar {
  const [p, q] = [wanted, predicted].map((map) => map.div(map.sum([1, 2, 3], true).add(EPSILON)));
  const ratio = p.add(EPSILON).log().sub(q.add(EPSILON).log());
  return p.mul(ratio).sum([1, 2, 3]).mean();
}
