import * as tf from '@tensorflow/tfjs';
import { batchedMatMul } from './batched-mat-mul.ts';
import { differentiable } from './op.ts';
import { attribute, rawMany } from './raw.ts';
import { softmax } from './softmax.ts';
import { choose } from './way.ts';

/**
 * Scaled dot-product attention with several heads: softmax(q · kᵀ / √(width of a head)) · v, head by head.
 * q [batch, ...n, d], k [batch, ...m, d], v [batch, ...m, dv] → [batch, ...n, dv]; n and m may be several axes (rows
 * and columns of a map), which are one to attention.
 */
export function attention<T extends tf.Tensor>(q: T, k: T, v: T, { heads = 1 } = {}): T {
  const [width, depth] = [q.shape.at(-1)!, v.shape.at(-1)!];
  if (width % heads !== 0 || depth % heads !== 0) {
    throw new RangeError(`attention: widths ${width} and ${depth} do not divide into ${heads} heads`);
  }
  return choose({ native: nativeAttention, plain: plainAttention })(q, k, v, heads) as T;
}

function nativeAttention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, heads: number): tf.Tensor {
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
      return { q: dq, k: dk, v: dv };
    },
  );
}

function plainAttention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, heads: number): tf.Tensor {
  const [query, key, value] = [q, k, v].map((x) => splitHeads(listed(x), heads)) as [
    tf.Tensor3D,
    tf.Tensor3D,
    tf.Tensor3D,
  ];
  const scaled = tf.mul(query, 1 / Math.sqrt(query.shape[2]));
  const weights = softmax(batchedMatMul(scaled as tf.Tensor3D, key, { transposeB: true })); // [batch · heads, n, m]
  return joinHeads(batchedMatMul(weights, value), heads).reshape([...q.shape.slice(0, -1), v.shape.at(-1)!]);
}

/** [batch, ...n, d] → [batch, n, d] */
function listed(x: tf.Tensor): tf.Tensor3D {
  return x.reshape([x.shape[0], -1, x.shape.at(-1)!]);
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
