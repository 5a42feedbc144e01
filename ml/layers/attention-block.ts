import type * as tf from '@tensorflow/tfjs';
import { add, addConstant } from '../ops/add.ts';
import { attention } from '../ops/attention.ts';
import { gelu } from '../ops/gelu.ts';
import { layerNorm } from '../ops/layer-norm.ts';
import { tokenDense, type TokenLayer } from './dense-layer.ts';
import { constant } from './initializers.ts';
import type { Weights } from './weights.ts';
import { InputError } from '../errors.ts';

export interface AttentionBlockOptions {
  /** Widths of the query tokens and of the key and value tokens; the output has the latter's. */
  readonly query: number;
  readonly value: number;
  readonly heads: number;
  /** Width inside the MLP; the value's by default, as in equation 9. */
  readonly hidden?: number;
  /** The equations as printed: no residual and no layer-norm. */
  readonly equationsOnly: boolean;
}

export interface AttentionInput {
  readonly query: tf.Tensor4D; // [b, rows, columns, query]
  readonly value: tf.Tensor4D; // [b, rows, columns, value]
  /** Positional encodings, added to queries and keys only. */
  readonly queryPosition: tf.Tensor3D; // [rows, columns, query]
  readonly keyPosition: tf.Tensor3D; // [rows, columns, value]
}

/**
 * Attention and MLP of Give and Take (paper, equations 6 to 10): each query token gathers value tokens.
 * Keys are the value tokens plus their position. Default: the residual form of the authors' code,
 *   s = q + attention(q, k, v),   out = s + MLP(norm(s)),   with layer-norm before q, k and v;
 * `equationsOnly`: out = MLP(attention(q, k, v)).
 *
 * Where the paper's formulas are wrong as printed: equation 7 gives the affinity map n × (H·W) columns; with
 * patches of P×P pixels both sides are tokens, so it is n × m with m = H·W/P². The multi-head scale is the square
 * root of a head's width, not of the whole token's.
 *
 * The residual stream needs the value's width: queries of another width are projected to it first.
 */
export function attentionBlock(
  weights: Weights,
  options: AttentionBlockOptions,
): (input: AttentionInput) => tf.Tensor4D {
  const { query: queryWidth, value: width, heads, hidden = width, equationsOnly } = options;
  if (width % heads !== 0)
    throw new InputError(`${heads} attention heads do not divide tokens of width ${width}`);
  const toQuery = tokenDense(weights.scope('query'), { in: queryWidth, out: width });
  // A bias on keys would add the same to all affinities of a query, which softmax takes away again.
  const toKey = tokenDense(weights.scope('key'), { in: width, out: width, bias: false });
  const toValue = tokenDense(weights.scope('value'), { in: width, out: width });
  const mlp = feedForward(weights.scope('mlp'), width, hidden);
  const gather = (query: tf.Tensor4D, key: tf.Tensor4D, value: tf.Tensor4D): tf.Tensor4D =>
    attention(toQuery(query), toKey(key), toValue(value), { heads });

  if (equationsOnly) {
    return ({ query, value, queryPosition, keyPosition }) =>
      mlp(gather(addConstant(query, queryPosition), addConstant(value, keyPosition), value));
  }
  const normQuery = tokenNorm(weights.scope('norm-query'), queryWidth);
  const normValue = tokenNorm(weights.scope('norm-value'), width);
  const normMlp = tokenNorm(weights.scope('norm-mlp'), width);
  const project =
    queryWidth === width ? undefined : tokenDense(weights.scope('project'), { in: queryWidth, out: width });
  return ({ query, value, queryPosition, keyPosition }) => {
    const normed = normValue(value);
    const asked = addConstant(normQuery(query), queryPosition);
    const gathered = gather(asked, addConstant(normed, keyPosition), normed);
    const stream = project ? project(query, gathered) : add(query, gathered);
    return mlp(normMlp(stream), stream);
  };
}

/** GELU(f·W1)·W2 (equation 9), and biases; plus the residual, where there is one. */
function feedForward(weights: Weights, width: number, hidden: number): TokenLayer {
  const first = tokenDense(weights.scope('first'), { in: width, out: hidden });
  const second = tokenDense(weights.scope('second'), { in: hidden, out: width });
  return (tokens, residual) => second(gelu(first(tokens)), residual);
}

function tokenNorm(weights: Weights, width: number): (tokens: tf.Tensor4D) => tf.Tensor4D {
  const scale = weights.add('scale', [width], constant(1)) as tf.Variable<tf.Rank.R1>;
  const offset = weights.add('offset', [width], constant(0)) as tf.Variable<tf.Rank.R1>;
  return (tokens) => layerNorm(tokens, scale, offset);
}
