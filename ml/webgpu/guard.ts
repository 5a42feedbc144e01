import type * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors.ts';
import { mended } from './mended-programs.ts';
import { checkWhole } from './read.ts';
import type { Program, WebgpuBackend } from './webgpu-backend.ts';

/** Shaders number what they compute by 32-bit whole numbers. */
const MOST_INVOCATIONS = 2 ** 31 - 1;
const BYTES = 4; // of a value of any type that a shader reads or writes
const MIB = 2 ** 20;

export interface Guard {
  /** What goes wrong in the work is told under the operation's name. */
  readonly within: <T>(operation: string, work: () => T) => T;
}

/**
 * A shader that does not compile, a tensor that the device cannot hold and a command that it refuses are told to an event
 * alone: TensorFlow.js goes on, and a later read gives what the memory held before. With the guard the operation throws,
 * with its name, before anything of it is queued.
 */
export function guard(backend: WebgpuBackend): Guard {
  let operation = 'a read';
  const failures: string[] = [];
  backend.device.addEventListener('uncapturederror', ({ error }) => failures.push(error.message));

  function throwFailures(): void {
    if (failures.length === 0) return;
    const [first] = failures.splice(0);
    throw new Error(`WebGPU cannot compute ${operation}: ${firstLines(first)}`);
  }

  /** Dawn tells of an error while the call that makes it still runs. */
  function checked<O extends object>(owner: O, name: keyof O & string): void {
    const call = owner[name] as (...values: unknown[]) => unknown;
    const replaced = (...values: unknown[]): unknown => {
      const result = call.apply(owner, values);
      throwFailures();
      return result;
    };
    Object.defineProperty(owner, name, { value: replaced, configurable: true });
  }
  const { device } = backend;
  checked(device, 'createBuffer');
  checked(device, 'createShaderModule');
  checked(device, 'createComputePipeline');
  checked(device, 'createBindGroup');
  checked(device.queue, 'submit');

  const run = backend.runWebGPUProgram.bind(backend);
  backend.runWebGPUProgram = (program, inputs, dtype, uniforms, output) => {
    refuseTooLarge(backend, operation, program, inputs);
    const right = mended(program, inputs, dtype);
    const result = run(right, inputs, dtype, uniforms, output);
    if (isThorough()) compareWithKept(right, operation);
    return result;
  };
  const upload = backend.uploadToGPU.bind(backend);
  backend.uploadToGPU = (dataId) => {
    const { dtype, values } = backend.tensorMap.get(dataId);
    if (dtype === 'int32' && values) checkWhole(values as Int32Array, `tensor given to ${operation}`);
    upload(dataId);
  };

  return {
    within(name, work) {
      const before = operation;
      operation = name;
      try {
        return work();
      } finally {
        operation = before;
      }
    },
  };
}

/** For tests: CONSILIUM_WEBGPU_THOROUGH=1. */
const isThorough = (): boolean => process.env.CONSILIUM_WEBGPU_THOROUGH === '1';

const kept = new Map<string, string>();

/**
 * A compiled shader is kept under a key, which TensorFlow.js writes by hand: one that forgets what the shader depends on gives
 * the next tensor another one's shader. @throws Error of such a key.
 */
function compareWithKept(program: Program, operation: string): void {
  const code = program.getUserCode();
  const before = kept.get(program.shaderKey) ?? code;
  kept.set(program.shaderKey, before);
  if (before !== code)
    throw new Error(
      `WebGPU: ${operation} would use another shader's code: ${program.shaderKey} stands for two`,
    );
}

/** @throws InputError of a tensor that the device cannot hold in one piece, or has too many values to be numbered. */
function refuseTooLarge(
  backend: WebgpuBackend,
  operation: string,
  program: Program,
  inputs: tf.TensorInfo[],
): void {
  const most = backend.device.limits.maxStorageBufferBindingSize;
  for (const shape of [program.outputShape, ...inputs.map((input) => input.shape)]) {
    const bytes = product(shape) * BYTES;
    if (bytes > most)
      throw new InputError(
        `WebGPU: ${operation} needs a tensor [${shape.join(', ')}] of ${mib(bytes)} MiB, where this device takes ` +
          `${mib(most)} MiB in one piece: choose smaller batches (micro-batches) or images`,
      );
  }
  const invocations = product(program.dispatch) * product(program.workgroupSize);
  if (isFlat(program) && invocations > MOST_INVOCATIONS)
    throw new InputError(
      `WebGPU: ${operation} makes a tensor [${program.outputShape.join(', ')}] in more steps (${invocations}) than can be ` +
        `numbered: choose smaller batches (micro-batches) or images`,
    );
}

const isFlat = ({ dispatchLayout: { y } }: Program): boolean => !y?.length;
const product = (numbers: readonly number[]): number => numbers.reduce((a, b) => a * b, 1);
const mib = (bytes: number): number => Math.ceil(bytes / MIB);

/** Dawn's message goes on with the shader and where it was made. */
const firstLines = (message: string): string =>
  message.split('\n').slice(0, 2).join(' ').slice(0, 300).trim();
