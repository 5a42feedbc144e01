import * as tf from '@tensorflow/tfjs';
import { add } from './add.ts';
import { addBias } from './bias.ts';
import { differentiable, same } from './op.ts';
import { matrixProduct } from './product.ts';
import { attribute, raw, rawMany } from './raw.ts';
import { choose } from './way.ts';

export interface DenseOptions {
  readonly bias?: tf.Tensor1D; // [out]
  /** Added to the result, whose shape it has. */
  readonly residual?: tf.Tensor;
}

/** x [..., in] · w [in, out] + bias [out] (+ residual [..., out]) → [..., out]. */
export function dense<T extends tf.Tensor>(x: T, w: tf.Tensor2D, { bias, residual }: DenseOptions = {}): T {
  const out = w.shape[1];
  if (x.shape.at(-1) !== w.shape[0]) {
    throw new RangeError(`dense: x [${x.shape.join(', ')}] does not fit the matrix [${w.shape.join(', ')}]`);
  }
  const native =
    x.size * out < SMALL ? () => nativeDense(x, w, bias ?? tf.zeros([out]), residual) : undefined;
  const plain = () => {
    const sum = productAndBias(x, w, bias);
    return residual ? add(sum, residual) : sum;
  };
  return choose({ native, plain })() as T;
}

/** Multiplications up to which our own product is ahead of the library's, whose set-up costs more than the work. */
const SMALL = 2e7;

function nativeDense(x: tf.Tensor, w: tf.Tensor, bias: tf.Tensor, residual?: tf.Tensor): tf.Tensor {
  const inputs: Record<string, tf.Tensor> = residual ? { x, w, bias, residual } : { x, w, bias };
  return differentiable(
    inputs,
    (save) => {
      save([x, w]);
      if (residual) return raw('ConsiliumDenseResidual', [], [x, w, bias, residual]);
      return raw('ConsiliumDense', [], [x, w, bias]);
    },
    (dy, [input, matrix], wanted) => {
      const parameters = wanted.has('w') || wanted.has('bias');
      const flags = attribute.ints('wanted', [Number(wanted.has('x')), Number(parameters)]);
      const [dx, dw, dbias] = rawMany('ConsiliumDenseGradient', [flags], [dy, input, matrix], 3);
      return { x: dx, w: dw, bias: dbias, residual: same(dy) };
    },
  );
}

function productAndBias(x: tf.Tensor, w: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor {
  const rows = (x.rank === 2 ? x : x.reshape([-1, w.shape[0]])) as tf.Tensor2D;
  const product = differentiable(
    { x: rows, w },
    (save) => {
      save([rows, w]);
      return matrixProduct(rows, w);
    },
    (dy, saved) => {
      const [input, matrix, gradient] = [...saved, dy] as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      return {
        x: () => matrixProduct(gradient, matrix, { transposeB: true }),
        w: () => matrixProduct(input, gradient, { transposeA: true }),
      };
    },
  );
  const sum = bias ? addBias(product, bias) : product;
  return x.rank === 2 ? sum : sum.reshape([...x.shape.slice(0, -1), w.shape[1]]);
}
