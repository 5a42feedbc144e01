import * as tf from '@tensorflow/tfjs';
import type { BatchNormSettings } from './batch-norm-options.ts';
import { differentiable, same, type Gradients } from './op.ts';
import { attribute, rawMany, type Attribute } from './raw.ts';

type Four = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
type Five = [...Four, tf.Tensor];
type Input = 'x' | 'scale' | 'offset' | 'residual';

/** Batch norm by the kernels of ml/native: one pass forward (two in training), two backward. */
export function nativeBatchNorm(x: tf.Tensor4D, settings: BatchNormSettings): tf.Tensor4D {
  const { scale, offset, movingMean, movingVariance, residual } = settings;
  const inputs = { x, scale, offset, ...(residual ? { residual } : {}) } as Record<Input, tf.Tensor>;
  return differentiable<Input>(
    inputs,
    (save) => {
      const given = [x, scale, offset, movingMean, movingVariance, ...(residual ? [residual] : [])];
      const name = residual ? 'ConsiliumBatchNormResidual' : 'ConsiliumBatchNorm';
      const [y, mean, inverse, ...moved] = rawMany(name, [normAttribute(settings)], given, 5) as Five;
      moveStatistics(settings, moved);
      save(savedOfNorm({ x, y, mean, inverse }, settings));
      return y;
    },
    (dy, saved) => gradients(dy, saved, settings),
  ) as tf.Tensor4D;
}

function gradients(dy: tf.Tensor, saved: tf.Tensor[], settings: BatchNormSettings): Gradients<Input> {
  const name = masksByOutput(settings) ? 'ConsiliumBatchNormResidualGradient' : 'ConsiliumBatchNormGradient';
  const all = rawMany(name, [normAttribute(settings)], [dy, ...saved], 4) as Four;
  const [dx, dscale, doffset, dresidual] = all;
  return { x: dx, ...normGradients(dy, saved, settings, { dscale, doffset, dresidual }) };
}

/** The settings as the kernels read them. */
export function normAttribute({ training, activation, momentum, epsilon }: BatchNormSettings): Attribute {
  return attribute.floats('norm', [Number(training), Number(activation === 'relu'), momentum, epsilon]);
}

export function moveStatistics(settings: BatchNormSettings, [mean, variance]: readonly tf.Tensor[]): void {
  if (!settings.training) return;
  settings.movingMean.assign(mean);
  settings.movingVariance.assign(variance);
}

/** Only y tells relu's mask where a residual hides it from x. */
export const masksByOutput = ({ residual, activation }: BatchNormSettings): boolean =>
  residual !== undefined && activation === 'relu';

/** What the gradient of the norm of x needs, in the order in which its kernels take it after dy. */
export function savedOfNorm(
  { x, y, mean, inverse }: Record<'x' | 'y' | 'mean' | 'inverse', tf.Tensor>,
  settings: BatchNormSettings,
): tf.Tensor[] {
  const { scale, offset } = settings;
  return [x, scale, offset, mean, inverse, ...(masksByOutput(settings) ? [y] : [])];
}

/** Gradients of what is not x, of a kernel's outputs; `saved` as `savedOfNorm` gives it. */
export function normGradients(
  dy: tf.Tensor,
  saved: tf.Tensor[],
  settings: BatchNormSettings,
  found: Record<'dscale' | 'doffset' | 'dresidual', tf.Tensor>,
): Gradients<'scale' | 'offset' | 'residual'> {
  const residual = masksByOutput(settings) ? found.dresidual : same(dy);
  if (settings.training) return { residual, scale: found.dscale, offset: found.doffset };
  return {
    residual,
    scale: () => frozenScale(dy, saved, settings),
    offset: () => frozenOffset(dy, saved, settings),
  };
}

// Frozen scales are seldom trained: their gradients are made of plain operations, and only when asked for.
function frozenOffset(dy: tf.Tensor, saved: tf.Tensor[], settings: BatchNormSettings): tf.Tensor {
  return tf.sum(masked(dy, saved, settings), [0, 1, 2]);
}

function frozenScale(dy: tf.Tensor, saved: tf.Tensor[], settings: BatchNormSettings): tf.Tensor {
  const [x, , , mean, inverse] = saved;
  return tf.sum(tf.mul(masked(dy, saved, settings), tf.mul(tf.sub(x, mean), inverse)), [0, 1, 2]);
}

function masked(dy: tf.Tensor, saved: tf.Tensor[], { activation }: BatchNormSettings): tf.Tensor {
  if (activation !== 'relu') return dy;
  const [x, scale, offset, mean, inverse, y] = saved;
  const output = y ?? tf.add(tf.mul(tf.mul(tf.sub(x, mean), inverse), scale), offset);
  return tf.mul(dy, tf.step(output));
}
