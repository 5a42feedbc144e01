import * as tf from '@tensorflow/tfjs';
import type { BatchNormSettings } from './batch-norm-options.ts';
import { differentiable, type Gradients } from './op.ts';
import { attribute, rawMany } from './raw.ts';

type Four = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
type Five = [...Four, tf.Tensor];
type Input = 'x' | 'scale' | 'offset' | 'residual';

/** Batch norm by the kernels of ml/native: one pass forward (two in training), two backward. */
export function nativeBatchNorm(x: tf.Tensor4D, settings: BatchNormSettings): tf.Tensor4D {
  const { scale, offset, training, activation, residual } = settings;
  const relu = activation === 'relu';
  const inputs = { x, scale, offset, ...(residual ? { residual } : {}) } as Record<Input, tf.Tensor>;
  return differentiable<Input>(
    inputs,
    (save) => {
      const [y, mean, inverse, newMean, newVariance] = forward(x, settings) as Five;
      if (training) {
        settings.movingMean.assign(newMean);
        settings.movingVariance.assign(newVariance);
      }
      // y tells relu's mask only where the residual hides it from x.
      save([x, scale, offset, mean, inverse, ...(residual && relu ? [y] : [])]);
      return y;
    },
    (dy, saved) => gradients(dy, saved, { training, relu, residual: residual !== undefined }),
  ) as tf.Tensor4D;
}

function forward(x: tf.Tensor4D, settings: BatchNormSettings): tf.Tensor[] {
  const { scale, offset, movingMean, movingVariance, training, momentum, epsilon, activation, residual } =
    settings;
  const residuals = residual ? [residual] : [];
  const attributes = [
    attribute.bool('training', training),
    attribute.bool('relu', activation === 'relu'),
    attribute.float('momentum', momentum),
    attribute.float('epsilon', epsilon),
    attribute.int('residuals', residuals.length),
  ];
  return rawMany(
    'ConsiliumBatchNorm',
    attributes,
    [x, scale, offset, movingMean, movingVariance, ...residuals],
    5,
  );
}

interface Mode {
  readonly training: boolean;
  readonly relu: boolean;
  readonly residual: boolean;
}

function gradients(dy: tf.Tensor, saved: tf.Tensor[], mode: Mode): Gradients<Input> {
  const attributes = [
    attribute.bool('training', mode.training),
    attribute.bool('relu', mode.relu),
    attribute.int('residuals', saved.length - 5),
  ];
  // One call gives all; it runs at once, since each input's gradient is asked for in a scope of its own.
  const [dx, dscale, doffset, dresidual] = rawMany(
    'ConsiliumBatchNormGradient',
    attributes,
    [dy, ...saved],
    4,
  ) as Four;
  const passed = () => (mode.residual && mode.relu ? dresidual : dy);
  return {
    x: () => dx,
    residual: () => passed().clone(),
    scale: () => (mode.training ? dscale : frozenScale(dy, saved, mode)),
    offset: () => (mode.training ? doffset : frozenOffset(dy, saved, mode)),
  };
}

// Frozen scales are seldom trained: their gradients are made of plain operations, and only when asked for.
function frozenOffset(dy: tf.Tensor, saved: tf.Tensor[], mode: Mode): tf.Tensor {
  return tf.sum(masked(dy, saved, mode), [0, 1, 2]);
}

function frozenScale(dy: tf.Tensor, saved: tf.Tensor[], mode: Mode): tf.Tensor {
  const [x, , , mean, inverse] = saved;
  return tf.sum(tf.mul(masked(dy, saved, mode), tf.mul(tf.sub(x, mean), inverse)), [0, 1, 2]);
}

function masked(dy: tf.Tensor, saved: tf.Tensor[], mode: Mode): tf.Tensor {
  if (!mode.relu) return dy;
  const [x, scale, offset, mean, inverse, y] = saved;
  const output = y ?? tf.add(tf.mul(tf.mul(tf.sub(x, mean), inverse), scale), offset);
  return tf.mul(dy, tf.step(output));
}
