import * as tf from '@tensorflow/tfjs';
import {
  masksByOutput,
  moveStatistics,
  normAttribute,
  normGradients,
  savedOfNorm,
} from './batch-norm-native.ts';
import type { BatchNormSettings } from './batch-norm-options.ts';
import { batchNorm, batchNormSettings, type BatchNormOptions } from './batch-norm.ts';
import { conv2d, isSmall, movementAttribute, type Maps } from './conv.ts';
import { convGeometry, type ConvGeometry, type ConvOptions } from './conv-geometry.ts';
import { differentiable, type Gradients } from './op.ts';
import { attribute, rawMany } from './raw.ts';
import { choose } from './way.ts';

type Five = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
type Six = [...Five, tf.Tensor];
type Input = 'x' | 'filter' | 'scale' | 'offset' | 'residual';

/**
 * batchNorm(conv2d(x, filter)): one call of a kernel forward and one backward where the work is small enough for the calls
 * to matter, else the two operations. [batch, h', w', out]
 */
export function convNorm2d(
  x: Maps,
  filter: tf.Tensor4D,
  conv: ConvOptions,
  norm: BatchNormOptions,
): tf.Tensor4D {
  const apart = () => batchNorm(conv2d(x, filter, conv), norm);
  if (!(x instanceof tf.Tensor)) return apart();
  const g = convGeometry(x.shape, filter.shape, conv);
  const native = isSmall(g)
    ? () => nativeConvNorm(x, filter, g, batchNormSettings(g.outShape, norm))
    : undefined;
  return choose({ native, plain: apart })();
}

function nativeConvNorm(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  g: ConvGeometry,
  settings: BatchNormSettings,
): tf.Tensor4D {
  const { scale, offset, movingMean, movingVariance, residual } = settings;
  const attributes = [movementAttribute(g, g.outShape), normAttribute(settings)];
  const inputs = { x, filter, scale, offset, ...(residual ? { residual } : {}) } as Record<Input, tf.Tensor>;
  return differentiable<Input>(
    inputs,
    (save) => {
      const given = [x, filter, scale, offset, movingMean, movingVariance, ...(residual ? [residual] : [])];
      const name = residual ? 'ConsiliumConvNormResidual' : 'ConsiliumConvNorm';
      const [y, z, mean, inverse, ...moved] = rawMany(name, attributes, given, 6) as Six;
      moveStatistics(settings, moved);
      save([x, filter, ...savedOfNorm({ x: z, y, mean, inverse }, settings)]);
      return y;
    },
    (dy, saved, wanted): Gradients<Input> => {
      const name = masksByOutput(settings)
        ? 'ConsiliumConvNormResidualGradient'
        : 'ConsiliumConvNormGradient';
      const flags = attribute.ints('wanted', [Number(wanted.has('x')), Number(wanted.has('filter'))]);
      const all = rawMany(name, [...attributes, flags], [dy, ...saved], 5) as Five;
      const [dx, dfilter, dscale, doffset, dresidual] = all;
      const rest = normGradients(dy, saved.slice(2), settings, { dscale, doffset, dresidual });
      return { x: dx, filter: dfilter, ...rest };
    },
  ) as tf.Tensor4D;
}
