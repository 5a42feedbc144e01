import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { attribute, FLOAT_T, raw } from './raw.ts';
import { choose } from './way.ts';

/** Product of each pair of matrices: a [g, n, k] · b [g, k, m] → [g, n, m]; either may be given transposed. */
export function batchedMatMul(
  a: tf.Tensor3D,
  b: tf.Tensor3D,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): tf.Tensor3D {
  return differentiable(
    { a, b },
    (save) => {
      save([a, b]);
      return product(a, b, transposeA, transposeB);
    },
    (dy, [x, y]) => ({
      a: () => (transposeA ? product(y, dy, transposeB, true) : product(dy, y, false, !transposeB)),
      b: () => (transposeB ? product(dy, x, true, transposeA) : product(x, dy, !transposeA, false)),
    }),
  ) as tf.Tensor3D;
}

function product(a: tf.Tensor, b: tf.Tensor, adjointA: boolean, adjointB: boolean): tf.Tensor {
  return choose({
    raw: () =>
      raw(
        'BatchMatMulV2',
        [FLOAT_T, attribute.bool('adj_x', adjointA), attribute.bool('adj_y', adjointB)],
        [a, b],
      ),
    plain: () => tf.matMul(a, b, adjointA, adjointB),
  })();
}
