import type * as tf from '@tensorflow/tfjs';
import { EACH, runShader, THREADS, type Shader } from '../webgpu/run-shader.ts';
import { moveStatistics } from './batch-norm-native.ts';
import type { BatchNormSettings } from './batch-norm-options.ts';
import { differentiable, same, type Gradients } from './op.ts';

// One workgroup a channel sums over the batch's pixels, always in the same order.
const SUMS = `
var<workgroup> partial : array<f32, ${THREADS}>;
fn sumOf(thread : u32, value : f32) -> f32 {
  partial[thread] = value;
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half > 0u; half = half / 2u) {
    if (thread < half) { partial[thread] = partial[thread] + partial[thread + half]; }
    workgroupBarrier();
  }
  let total = partial[0];
  workgroupBarrier();
  return total;
}
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) thread : u32, @builtin(workgroup_id) group : vec3<u32>) {
  let c = i32(group.x);
  let first = i32(thread) * n.channels + c;
  let step = ${THREADS} * n.channels;`;

const STATISTICS: Shader = {
  name: 'BatchNormStatistics',
  reads: ['x', 'movingMean', 'movingVariance'],
  makes: ['moments', 'movedMean', 'movedVariance'],
  numbers: { size: 'i32', channels: 'i32', momentum: 'f32', epsilon: 'f32' },
  body: `${SUMS}
    let pixels = f32(n.size / n.channels);
    var sum = 0.0;
    for (var i = first; i < n.size; i = i + step) { sum = sum + x[i]; }
    let mean = sumOf(thread, sum) / pixels;
    var squares = 0.0;
    for (var i = first; i < n.size; i = i + step) { let d = x[i] - mean; squares = squares + d * d; }
    let square = sumOf(thread, squares);
    if (thread == 0u) {
      moments[c] = mean;
      moments[n.channels + c] = 1.0 / sqrt(square / pixels + n.epsilon);
      movedMean[c] = movingMean[c] * n.momentum + mean * (1.0 - n.momentum);
      movedVariance[c] = movingVariance[c] * n.momentum + square / max(1.0, pixels - 1.0) * (1.0 - n.momentum);
    }
  }`,
};

const FROZEN: Shader = {
  name: 'BatchNormFrozen',
  reads: ['mean', 'variance'],
  makes: ['moments'],
  numbers: { size: 'i32', epsilon: 'f32' },
  body: `${EACH}
    moments[i] = mean[i];
    moments[n.size + i] = 1.0 / sqrt(variance[i] + n.epsilon);
  }`,
};

interface Form {
  readonly training: boolean;
  readonly relu: boolean;
  readonly residual: boolean;
}

const NORMAL = '(x[i] - moments[c]) * moments[n.channels + c]';
const suffix = ({ relu, residual }: Form): string => `${relu ? 'Relu' : ''}${residual ? 'Residual' : ''}`;

const forward = (form: Form): Shader => ({
  name: `BatchNorm${suffix(form)}`,
  reads: ['x', 'scale', 'offset', 'moments', ...(form.residual ? ['residual'] : [])],
  makes: ['y'],
  numbers: { size: 'i32', channels: 'i32' },
  body: `${EACH}
    let c = i % n.channels;
    let z = ${NORMAL} * scale[c] + offset[c]${form.residual ? ' + residual[i]' : ''};
    y[i] = ${form.relu ? 'select(max(z, 0.0), z, isNan(z))' : 'z'};
  }`,
});

/** dL/d(normal · scale + offset): dy where relu let it through. */
const above = ({ relu }: Form): string => (relu ? 'select(0.0, dy[i], y[i] > 0.0)' : 'dy[i]');
const masks = ({ relu }: Form): string[] => (relu ? ['y'] : []);

const weightGradients = (form: Form): Shader => ({
  name: `BatchNormWeightGradients${suffix(form)}`,
  reads: ['dy', 'x', 'moments', ...masks(form)],
  makes: ['dscale', 'doffset'],
  numbers: { size: 'i32', channels: 'i32' },
  body: `${SUMS}
    var offsets = 0.0;
    var scales = 0.0;
    for (var i = first; i < n.size; i = i + step) {
      let d = ${above(form)};
      offsets = offsets + d;
      scales = scales + d * ${NORMAL};
    }
    let offset = sumOf(thread, offsets);
    let scale = sumOf(thread, scales);
    if (thread == 0u) { doffset[c] = offset; dscale[c] = scale; }
  }`,
});

const frozenInputGradient = (form: Form): Shader => ({
  name: `BatchNormFrozenInputGradient${suffix(form)}`,
  reads: ['dy', 'moments', 'scale', ...masks(form)],
  makes: ['dx'],
  numbers: { size: 'i32', channels: 'i32' },
  body: `${EACH}
    let c = i % n.channels;
    dx[i] = scale[c] * moments[n.channels + c] * ${above(form)};
  }`,
});

const inputGradient = (form: Form): Shader => ({
  name: `BatchNormInputGradient${suffix(form)}`,
  reads: ['dy', 'x', 'moments', 'scale', 'dscale', 'doffset', ...masks(form)],
  makes: ['dx'],
  numbers: { size: 'i32', channels: 'i32' },
  body: `${EACH}
    let c = i % n.channels;
    let pixels = f32(n.size / n.channels);
    let centred = ${above(form)} - doffset[c] / pixels - ${NORMAL} * dscale[c] / pixels;
    dx[i] = scale[c] * moments[n.channels + c] * centred;
  }`,
});

const RESIDUAL_GRADIENT: Shader = {
  name: 'BatchNormResidualGradient',
  reads: ['dy', 'y'],
  makes: ['dresidual'],
  numbers: { size: 'i32' },
  body: `${EACH}
    dresidual[i] = select(0.0, dy[i], y[i] > 0.0);
  }`,
};

/** Batch norm by shaders: two forward, two backward and one for a residual. */
export function shaderBatchNorm(x: tf.Tensor4D, settings: BatchNormSettings): tf.Tensor4D {
  const { scale, offset, activation, residual, training } = settings;
  const form: Form = { training, relu: activation === 'relu', residual: residual !== undefined };
  const inputs = { x, scale, offset, ...(residual ? { residual } : {}) } as Record<string, tf.Tensor>;
  return differentiable<string>(
    inputs,
    (save) => {
      const moments = training ? batchMoments(x, settings) : frozenMoments(settings);
      const reads = [x, scale, offset, moments, ...(residual ? [residual] : [])];
      const [y] = runShader(forward(form), { reads, makes: [x.shape], ...eachOf(x) });
      save([x, scale, moments, ...(form.relu ? [y] : [])]);
      return y;
    },
    (dy, saved, wanted) => gradients(dy, saved as Saved, form, wanted),
  ) as tf.Tensor4D;
}

/** Numbers and workgroups of a shader that goes value by value. */
function eachOf({ size, shape }: tf.Tensor) {
  return { numbers: { size, channels: shape.at(-1)! }, workgroups: Math.ceil(size / THREADS) };
}

/** Of the batch; the moving statistics follow. [2, channels] */
function batchMoments(x: tf.Tensor4D, settings: BatchNormSettings): tf.Tensor {
  const { movingMean, movingVariance, momentum, epsilon } = settings;
  const channels = x.shape[3];
  const [moments, ...moved] = runShader(STATISTICS, {
    reads: [x, movingMean, movingVariance],
    makes: [[2, channels], [channels], [channels]],
    numbers: { size: x.size, channels, momentum, epsilon },
    workgroups: channels,
  });
  moveStatistics(settings, moved);
  return moments;
}

function frozenMoments({ movingMean, movingVariance, epsilon }: BatchNormSettings): tf.Tensor {
  const { size } = movingMean;
  const [moments] = runShader(FROZEN, {
    reads: [movingMean, movingVariance],
    makes: [[2, size]],
    numbers: { size, epsilon },
    workgroups: Math.ceil(size / THREADS),
  });
  return moments;
}

type Saved = [x: tf.Tensor, scale: tf.Tensor, moments: tf.Tensor, ...y: tf.Tensor[]];

function gradients(
  dy: tf.Tensor,
  [x, scale, moments, ...y]: Saved,
  form: Form,
  wanted: ReadonlySet<string>,
): Gradients<string> {
  const each = eachOf(x);
  const sums = form.training || wanted.has('scale') || wanted.has('offset');
  const weights = sums
    ? runShader(weightGradients(form), {
        reads: [dy, x, moments, ...y],
        makes: [scale.shape, scale.shape],
        numbers: each.numbers,
        workgroups: scale.size,
      })
    : [];
  const [shader, reads] = form.training
    ? [inputGradient(form), [dy, x, moments, scale, ...weights, ...y]]
    : [frozenInputGradient(form), [dy, moments, scale, ...y]];
  return {
    x: () => runShader(shader, { reads, makes: [x.shape], ...each })[0],
    scale: weights[0],
    offset: weights[1],
    residual: form.relu
      ? () => runShader(RESIDUAL_GRADIENT, { reads: [dy, ...y], makes: [dy.shape], ...each })[0]
      : same(dy),
  };
}
