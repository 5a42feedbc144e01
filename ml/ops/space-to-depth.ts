import type * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { attribute, FLOAT_T, raw } from './raw.ts';
import { choose } from './way.ts';

/** Blocks of P×P pixels become channels, row by row: [b, h, w, c] → [b, h/P, w/P, P²·c]. */
export function spaceToDepth(x: tf.Tensor4D, block: number): tf.Tensor4D {
  return differentiable(
    { x },
    () => gather(x, block),
    (dy) => ({ x: () => spread(dy as tf.Tensor4D, block) }),
  ) as tf.Tensor4D;
}

/** The inverse: [b, h, w, P²·c] → [b, h·P, w·P, c]. */
export function depthToSpace(x: tf.Tensor4D, block: number): tf.Tensor4D {
  return differentiable(
    { x },
    () => spread(x, block),
    (dy) => ({ x: () => gather(dy as tf.Tensor4D, block) }),
  ) as tf.Tensor4D;
}

function gather(x: tf.Tensor4D, block: number): tf.Tensor {
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [height / block, width / block];
  return choose({
    raw: () => raw('SpaceToDepth', attributes(block), [x]),
    plain: () =>
      x
        .reshape([batch * rows, block, columns, block * channels])
        .transpose([0, 2, 1, 3]) // [b·rows, columns, P, P·c]
        .reshape([batch, rows, columns, block * block * channels]),
  })();
}

function spread(x: tf.Tensor4D, block: number): tf.Tensor {
  const [batch, rows, columns, depth] = x.shape;
  const channels = depth / (block * block);
  return choose({
    raw: () => raw('DepthToSpace', attributes(block), [x]),
    plain: () =>
      x
        .reshape([batch * rows, columns, block, block * channels])
        .transpose([0, 2, 1, 3])
        .reshape([batch, rows * block, columns * block, channels]),
  })();
}

const attributes = (block: number) => [
  FLOAT_T,
  attribute.int('block_size', block),
  attribute.string('data_format', 'NHWC'),
];
