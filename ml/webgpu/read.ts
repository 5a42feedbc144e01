import * as tf from '@tensorflow/tfjs';
import type { GpuBuffer, TensorData, WebgpuBackend } from './webgpu-backend.ts';

// Numbers of the WebGPU specification: GPUBufferUsage and GPUMapMode.
const [MAP_READ, COPY_DST, READ] = [1, 8, 1];

/** Shaders count in float32: whole numbers above are no longer exact. */
export const LARGEST_WHOLE = 2 ** 24;

/** Times to ask at once before the reader sleeps between two questions: a small result is there in microseconds. */
const IMPATIENT = 500;
const NAP = 0.05; // milliseconds

/**
 * A tensor's values, waited for: TensorFlow.js reads a GPU synchronously only in a browser. Everything that ml reads, it reads
 * so, as from the other backends.
 */
export function readSync(backend: WebgpuBackend, dataId: tf.DataId, tick: () => boolean): tf.BackendValues {
  const data = backend.tensorMap.get(dataId);
  if (data.values !== null && data.values !== undefined) return data.values;
  if (data.dtype === 'complex64') {
    const { real, imag } = data.complexTensorInfos!;
    const [a, b] = [real, imag].map((part) => readSync(backend, part.dataId, tick) as Float32Array);
    return backend.convertAndCacheOnCPU(dataId, tf.backend_util.mergeRealAndImagArrays(a, b));
  }
  if (!data.resource) throw new Error('WebGPU: the tensor was never computed');
  const values = asValues(download(backend, data.resource, tick), data.dtype);
  refuseLargeWhole(values, data);
  return backend.convertAndCacheOnCPU(dataId, values);
}

function download(backend: WebgpuBackend, from: GpuBuffer, tick: () => boolean): ArrayBuffer {
  const { size } = from;
  const staging = backend.bufferManager.acquireBuffer(size, COPY_DST | MAP_READ);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder.copyBufferToBuffer(from, 0, staging, 0, size);
  backend.submitQueue();
  staging.mapAsync(READ).catch(() => undefined); // the state tells
  waitFor(staging, tick);
  const bytes = staging.getMappedRange().slice(0);
  staging.unmap();
  backend.bufferManager.releaseBuffer(staging);
  return bytes;
}

function waitFor(staging: GpuBuffer, tick: () => boolean): void {
  for (let asked = 0; staging.mapState !== 'mapped'; asked++) {
    if (staging.mapState === 'unmapped' || !tick())
      throw new Error(
        'WebGPU: the GPU gives nothing back: its driver may have stopped a computation that took too long',
      );
    if (asked > IMPATIENT) Atomics.wait(clock, 0, 0, NAP);
  }
}

const clock = new Int32Array(new SharedArrayBuffer(4));

function asValues(bytes: ArrayBuffer, dtype: tf.DataType): tf.BackendValues {
  if (dtype === 'float32') return new Float32Array(bytes);
  const whole = new Int32Array(bytes);
  return dtype === 'bool' ? Uint8Array.from(whole) : whole;
}

function refuseLargeWhole(values: tf.BackendValues, { dtype }: TensorData): void {
  if (dtype === 'int32') checkWhole(values as Int32Array, 'result');
}

/** @throws RangeError of a whole number that a shader would round. */
export function checkWhole(values: ArrayLike<number>, what: string): void {
  for (let k = 0; k < values.length; k++) {
    if (Math.abs(values[k]) > LARGEST_WHOLE)
      throw new RangeError(
        `WebGPU: the whole number ${values[k]} of a ${what} is beyond ±${LARGEST_WHOLE}, which shaders hold exactly`,
      );
  }
}
