import type * as tf from '@tensorflow/tfjs';
import { convFilterGradient, convForward, convInputGradient } from './conv.ts';
import { convGeometry } from './conv-geometry.ts';
import { differentiable } from './op.ts';

/**
 * Transposed convolution of x [batch, h, w, in] with a filter [k, k, out, in]: the size grows by the stride.
 * It is the input gradient of the convolution that would lead back, so its own gradients are that convolution's.
 */
export function convTranspose2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { stride }: { stride: number },
): tf.Tensor4D {
  if (x.shape[3] !== filter.shape[3]) {
    throw new RangeError(
      `convTranspose2d: input [${x.shape.join(', ')}] has not the channels of the filter [${filter.shape.join(', ')}]`,
    );
  }
  const [batch, height, width] = x.shape;
  const large: tf.Tensor4D['shape'] = [batch, height * stride, width * stride, filter.shape[2]];
  const back = convGeometry(large, filter.shape, { stride });
  return differentiable(
    { x, filter },
    (save) => {
      save([x, filter]);
      return convInputGradient(x, filter, back);
    },
    (dy, saved) => ({
      x: () => convForward(dy as tf.Tensor4D, saved[1] as tf.Tensor4D, back),
      filter: () => convFilterGradient(dy as tf.Tensor4D, saved[0] as tf.Tensor4D, back),
    }),
  ) as tf.Tensor4D;
}
