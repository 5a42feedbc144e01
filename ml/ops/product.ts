import * as tf from '@tensorflow/tfjs';
import { attribute, FLOAT_T, raw } from './raw.ts';
import { choose } from './way.ts';

/** Product of two matrices, without a gradient; either may be given transposed. */
export function matrixProduct(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): tf.Tensor2D {
  return choose({
    // TensorFlow.js takes the batched kernel, which needs three times as long for small matrices.
    raw: () =>
      raw(
        'MatMul',
        [FLOAT_T, attribute.bool('transpose_a', transposeA), attribute.bool('transpose_b', transposeB)],
        [a, b],
      ) as tf.Tensor2D,
    plain: () => tf.matMul<tf.Tensor2D>(a, b, transposeA, transposeB),
  })();
}
