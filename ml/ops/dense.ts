import type * as tf from '@tensorflow/tfjs';
import { addBias } from './bias.ts';
import { differentiable } from './op.ts';
import { matrixProduct } from './product.ts';

/** x [rows, in] · w [in, out] + bias [out]. */
export function dense(x: tf.Tensor2D, w: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  const product = differentiable(
    { x, w },
    (save) => {
      save([x, w]);
      return matrixProduct(x, w);
    },
    (dy, saved) => {
      const [rows, matrix, gradient] = [...saved, dy] as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      return {
        x: () => matrixProduct(gradient, matrix, { transposeB: true }),
        w: () => matrixProduct(rows, gradient, { transposeA: true }),
      };
    },
  ) as tf.Tensor2D;
  return bias ? addBias(product, bias) : product;
}
