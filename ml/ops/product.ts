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
    raw: () => rawProduct(a, b, transposeA, transposeB),
    plain: () => tf.matMul<tf.Tensor2D>(a, b, transposeA, transposeB),
  })();
}

/** Up to this many multiplications TensorFlow's plain kernel is ahead of its batched one, which is oneDNN's. */
const SMALL = 2e7;

/**
 * TensorFlow.js always takes the batched kernel. Measured: small matrices need a third of its time by the plain one,
 * large ones up to one and a half times as long, where a side is transposed.
 */
function rawProduct(a: tf.Tensor2D, b: tf.Tensor2D, transposeA: boolean, transposeB: boolean): tf.Tensor2D {
  const columns = transposeB ? b.shape[0] : b.shape[1];
  const [name, first, second] =
    a.size * columns < SMALL ? ['MatMul', 'transpose_a', 'transpose_b'] : ['BatchMatMulV2', 'adj_x', 'adj_y'];
  const attributes = [FLOAT_T, attribute.bool(first, transposeA), attribute.bool(second, transposeB)];
  return raw(name, attributes, [a, b]) as tf.Tensor2D;
}
