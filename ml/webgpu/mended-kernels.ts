import * as tf from '@tensorflow/tfjs';
import { placesOf, sumRows } from './sum-rows.ts';
import type { WebgpuBackend } from './webgpu-backend.ts';

// Kernels of @tensorflow/tfjs-backend-webgpu 4.22 that give wrong results or none, and how they are put right. Each is held to
// float64 references in conformance.test.ts.

interface KernelInput {
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly attrs?: tf.NamedAttrMap;
  readonly backend: WebgpuBackend;
}
export type KernelFunction = (input: KernelInput) => tf.TensorInfo | tf.TensorInfo[];
type MendKernel = (kernel: KernelFunction) => KernelFunction;

export const MENDED_KERNELS: Readonly<Record<string, MendKernel>> = {
  /** A shader reads a limited number of tensors: more of them are summed in several calls. */
  AddN: (kernel) => (input) => {
    const { inputs, backend } = input;
    const most = backend.device.limits.maxStorageBuffersPerShaderStage - 1; // one is written
    const list = Object.values(inputs);
    const sumOf = (tensors: readonly tf.TensorInfo[]) =>
      kernel({ ...input, inputs: tensors as unknown as KernelInput['inputs'] }) as tf.TensorInfo;
    let sum = sumOf(list.slice(0, most));
    for (let k = most; k < list.length; k += most - 1) {
      const next = sumOf([sum, ...list.slice(k, k + most - 1)]);
      backend.disposeData(sum.dataId);
      sum = next;
    }
    return sum;
  },

  /** Above rank 4 it has no shader; value by value the shape means nothing. */
  Select: (kernel) => (input) => {
    const { condition, t, e } = input.inputs;
    if (t.shape.length <= 4 || condition.shape.join() !== t.shape.join()) return kernel(input);
    const flat = (x: tf.TensorInfo): tf.TensorInfo => ({ ...x, shape: [tf.util.sizeFromShape(x.shape)] });
    const inputs = { condition: flat(condition), t: flat(t), e: flat(e) };
    return { ...(kernel({ ...input, inputs }) as tf.TensorInfo), shape: t.shape };
  },

  /** Rows that meet were summed in any order. */
  ScatterNd: () => (input) => {
    const { indices, updates } = input.inputs;
    const { shape } = input.attrs as unknown as { shape: number[] };
    const depth = indices.shape.at(-1)!;
    const height = tf.util.sizeFromShape(shape.slice(0, depth));
    const width = tf.util.sizeFromShape(shape.slice(depth));
    const strides = tf.util.computeStrides([...shape.slice(0, depth), 1]);
    const at = input.backend.readSync(indices.dataId) as Int32Array;
    const rows = Int32Array.from({ length: at.length / depth }, (_, k) => {
      let row = 0;
      for (let axis = 0; axis < depth; axis++) row += at[k * depth + axis] * strides[axis];
      return row;
    });
    const values = { ...updates, shape: [rows.length, width] };
    return { ...sumRows(input.backend, values, placesOf(rows, height)), shape };
  },

  UnsortedSegmentSum: (kernel) => (input) => {
    const { x, segmentIds } = input.inputs;
    const { numSegments } = input.attrs as unknown as { numSegments: number };
    if (segmentIds.shape.length !== 1) return kernel(input);
    const rows = input.backend.readSync(segmentIds.dataId) as Int32Array;
    const width = tf.util.sizeFromShape(x.shape.slice(1));
    const found = sumRows(input.backend, { ...x, shape: [rows.length, width] }, placesOf(rows, numSegments));
    return { ...found, shape: [numSegments, ...x.shape.slice(1)] };
  },

  Max: keepBooleans,
  Min: keepBooleans,
};

/** The largest and the smallest of booleans are booleans, not whole numbers. */
function keepBooleans(kernel: KernelFunction): KernelFunction {
  return (input) => {
    const { x } = input.inputs;
    const found = kernel(input) as tf.TensorInfo;
    if (x.dtype !== 'bool' || found.dtype === 'bool') return found;
    const cast = tf.getKernel('Cast', 'webgpu').kernelFunc as unknown as KernelFunction;
    const result = cast({ inputs: { x: found }, attrs: { dtype: 'bool' }, backend: input.backend });
    input.backend.disposeData(found.dataId);
    return result;
  };
}
