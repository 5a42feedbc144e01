import * as tf from '@tensorflow/tfjs';
import { batchedMatMul } from './batched-mat-mul.ts';
import { differentiable } from './op.ts';
import { attribute, rawMany } from './raw.ts';
import { softmax } from './softmax.ts';
import { choose } from './way.ts';

/**
 * Scaled dot-product attention with several heads: softmax(q · kᵀ / √(width of a head)) · v, head by head.
 * q [batch, n, d], k [batch, m, d], v [batch, m, dv] → [batch, n, dv].
 */
export function attention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, { heads = 1 } = {}): tf.Tensor3D {
  if (q.shape[2] % heads !== 0 || v.shape[2] % heads !== 0) {
    throw new RangeError(
      `attention: widths ${q.shape[2]} and ${v.shape[2]} do not divide into ${heads} heads`,
    );
  }
  return choose({ native: nativeAttention, plain: plainAttention })(q, k, v, heads);
}

function nativeAttention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, heads: number): tf.Tensor3D {
  const attributes = [attribute.int('heads', heads)];
  return differentiable(
    { q, k, v },
    (save) => {
      const [result, weights] = rawMany('ConsiliumAttention', attributes, [q, k, v], 2);
      save([q, k, v, weights]);
      return result;
    },
    (dy, saved) => {
      const [dq, dk, dv] = rawMany('ConsiliumAttentionGradient', attributes, [dy, ...saved], 3);
      return { q: () => dq, k: () => dk, v: () => dv };
    },
  ) as tf.Tensor3D;
}

function plainAttention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, heads: number): tf.Tensor3D {
  const [query, key, value] = [q, k, v].map((x) => splitHeads(x, heads)) as [
    tf.Tensor3D,
    tf.Tensor3D,
    tf.Tensor3D,
  ];
  const scaled = tf.mul(query, 1 / Math.sqrt(q.shape[2] / heads));
  const weights = softmax(batchedMatMul(scaled as tf.Tensor3D, key, { transposeB: true })); // [batch · heads, n, m]
  return joinHeads(batchedMatMul(weights, value), heads);
}

/** [batch, n, d] → [batch · heads, n, d / heads] */
function splitHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  if (heads === 1) return x;
  const [batch, n, d] = x.shape;
  return x
    .reshape([batch, n, heads, d / heads])
    .transpose([0, 2, 1, 3])
    .reshape([batch * heads, n, d / heads]);
}

function joinHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  if (heads === 1) return x;
  const [groups, n, d] = x.shape;
  return x
    .reshape([groups / heads, heads, n, d])
    .transpose([0, 2, 1, 3])
    .reshape([groups / heads, n, heads * d]);
}
