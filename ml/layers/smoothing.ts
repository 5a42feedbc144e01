import * as tf from '@tensorflow/tfjs';
import { dense } from '../ops/dense.ts';

/**
 * Gaussian smoothing of maps inside a network, cut at three sigmas; at the border the mean is over what lies in the map, as
 * in `blur` of ml/geometry. A matrix product along each axis, so that gradients are right on every backend.
 * [b, h, w, 1] → [b, h, w, 1]
 */
export function smoothing(
  { height, width }: { readonly height: number; readonly width: number },
  sigma: number,
): (map: tf.Tensor4D) => tf.Tensor4D {
  const [alongRows, alongColumns] = [shares(height, sigma), shares(width, sigma)];
  return (map) => {
    const batch = map.shape[0];
    const byColumn = dense(
      map.reshape([batch, height, width]),
      tf.tensor2d(alongColumns.slice(), [width, width]),
    );
    const turned = byColumn.transpose([0, 2, 1]); // [b, w, h]
    const both = dense(turned, tf.tensor2d(alongRows.slice(), [height, height]));
    return both.transpose([0, 2, 1]).reshape([batch, height, width, 1]);
  };
}

/** Column j holds the shares of the old pixels in the new pixel j: [n, n]. */
function shares(n: number, sigma: number): Float32Array {
  const radius = Math.ceil(3 * sigma);
  const matrix = new Float32Array(n * n);
  for (let to = 0; to < n; to++) {
    const [first, last] = [Math.max(0, to - radius), Math.min(n - 1, to + radius)];
    const weight = (from: number): number => Math.exp(-((from - to) ** 2) / (2 * sigma ** 2));
    let sum = 0;
    for (let from = first; from <= last; from++) sum += weight(from);
    for (let from = first; from <= last; from++) matrix[from * n + to] = weight(from) / sum;
  }
  return matrix;
}
