import * as tf from '@tensorflow/tfjs';
import type { BatchNormSettings } from './batch-norm-options.ts';
import { differentiable } from './op.ts';
import { attribute, FLOAT_T, rawMany } from './raw.ts';
import { relu } from './relu.ts';

/** Batch norm by TensorFlow's fused kernels (cuDNN's on a GPU); residual and relu are operations of their own. */
export function rawBatchNorm(x: tf.Tensor4D, settings: BatchNormSettings): tf.Tensor4D {
  const { activation, residual } = settings;
  const normal = normalised(x, settings);
  const sum = residual ? tf.add(normal, residual) : normal;
  return (activation === 'relu' ? relu(sum) : sum) as tf.Tensor4D;
}

function normalised(x: tf.Tensor4D, settings: BatchNormSettings): tf.Tensor {
  const { scale, offset, movingMean, movingVariance, training, momentum, epsilon } = settings;
  const attributes = [
    FLOAT_T,
    attribute.type('U'),
    attribute.float('epsilon', epsilon),
    attribute.string('data_format', 'NHWC'),
    attribute.bool('is_training', training),
  ];
  return differentiable(
    { x, scale, offset },
    (save) => {
      const [y, newMean, newVariance, ...reserves] = rawMany(
        'FusedBatchNormV3',
        [...attributes, attribute.float('exponential_avg_factor', training ? 1 - momentum : 1)],
        [x, scale, offset, movingMean, movingVariance],
        6,
      ) as [tf.Tensor, tf.Tensor, tf.Tensor, ...tf.Tensor[]];
      if (training) {
        movingMean.assign(newMean);
        movingVariance.assign(newVariance);
      }
      save([x, scale, ...reserves]);
      return y;
    },
    (dy, saved) => {
      const [dx, dscale, doffset] = rawMany('FusedBatchNormGradV3', attributes, [dy, ...saved], 5);
      return { x: dx, scale: dscale, offset: doffset };
    },
  );
}
