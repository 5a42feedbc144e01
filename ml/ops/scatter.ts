import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';

/**
 * Rows put into a larger matrix: row k of `values` [m, c] goes to row `rows[k]` of a [height, c] matrix of zeros; rows
 * that meet are summed. The gradient takes the same rows back. TensorFlow.js has the scatter without a gradient.
 */
export function scatterRows(values: tf.Tensor2D, rows: tf.Tensor1D, height: number): tf.Tensor2D {
  const columns = values.shape[1];
  return differentiable(
    { values },
    (save) => {
      save([rows]);
      return tf.scatterND(rows.reshape([-1, 1]), values, [height, columns]);
    },
    (dy, [saved]) => ({ values: () => tf.gather(dy, saved) }),
  ) as tf.Tensor2D;
}

/** Row `rows[k]` of a matrix [height, c] as row k: [m, c]. Its gradient is the scatter. */
export function gatherRows(matrix: tf.Tensor2D, rows: tf.Tensor1D): tf.Tensor2D {
  const height = matrix.shape[0];
  return differentiable(
    { matrix },
    (save) => {
      save([rows]);
      return tf.gather(matrix, rows);
    },
    (dy, [saved]) => ({ matrix: () => scatterRows(dy as tf.Tensor2D, saved as tf.Tensor1D, height) }),
  ) as tf.Tensor2D;
}
