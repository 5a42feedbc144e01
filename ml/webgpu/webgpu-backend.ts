import type * as tf from '@tensorflow/tfjs';

// What of Dawn and of @tensorflow/tfjs-backend-webgpu is used here. Both packages are optional: nothing may import their types.

export interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    /** A device in software: Mesa's llvmpipe, SwiftShader, WARP. */
    readonly isFallbackAdapter?: boolean;
  };
  readonly limits: Readonly<Record<string, number>>;
  readonly features: ReadonlySet<string>;
  requestDevice(descriptor: object): Promise<Device>;
}

export interface Device {
  readonly limits: Readonly<Record<string, number>>;
  readonly queue: { submit(commands: unknown[]): void };
  addEventListener(event: 'uncapturederror', listener: (event: { error: Error }) => void): void;
  createBuffer(descriptor: object): GpuBuffer;
  createBindGroup(descriptor: object): unknown;
  createShaderModule(descriptor: object): unknown;
  createComputePipeline(descriptor: object): Pipeline;
}

export interface Pipeline {
  getBindGroupLayout(group: number): unknown;
}

interface ComputePass {
  setPipeline(pipeline: Pipeline): void;
  setBindGroup(index: number, group: unknown): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
}

export interface GpuBuffer {
  readonly size: number;
  readonly mapState: 'unmapped' | 'pending' | 'mapped';
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
}

export interface Program {
  /** The tensors that it reads, as the shader calls them. */
  readonly variableNames: readonly string[];
  /** Declarations of its own numbers, which `runWebGPUProgram` is given. */
  readonly uniforms?: string;
  /** Whether the shader is told the size of the result. */
  readonly size?: boolean;
  readonly outputShape: readonly number[];
  readonly workgroupSize: readonly number[];
  readonly dispatch: readonly number[];
  readonly dispatchLayout: { readonly x: readonly number[]; readonly y?: readonly number[] };
  readonly atomic?: boolean;
  /** What the compiled shader is kept under. */
  shaderKey: string;
  /** The shader's body, in WGSL. */
  getUserCode(): string;
}

export interface TensorData {
  readonly dtype: tf.DataType;
  values: tf.BackendValues | null;
  readonly resource: GpuBuffer | null;
  readonly complexTensorInfos?: { readonly real: tf.TensorInfo; readonly imag: tf.TensorInfo };
}

export interface WebgpuBackend extends tf.KernelBackend {
  readonly device: Device;
  readonly tensorMap: { get(dataId: tf.DataId): TensorData };
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number): GpuBuffer;
    releaseBuffer(buffer: GpuBuffer): void;
  };
  readonly commandEncoder: {
    beginComputePass(descriptor: object): ComputePass;
    copyBufferToBuffer(from: GpuBuffer, start: number, to: GpuBuffer, at: number, size: number): void;
  };
  /** Compiled shaders by their key. */
  readonly pipelineCache: Record<string, Pipeline>;
  /** What commands that are not yet sent will read or write. */
  readonly commandQueueOwnedIds: WeakSet<tf.DataId>;
  computePassEncoder: ComputePass | null;
  dispatchCountInPass: number;
  /** Ours: what goes wrong in the work is told under the operation's name. */
  within: <T>(operation: string, work: () => T) => T;
  makeUniforms(numbers: readonly { type: 'int32' | 'float32'; data: number[] }[]): unknown;
  tensorToBinding(tensor: tf.TensorInfo): unknown;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  makeTensorInfo(shape: number[], dtype: tf.DataType, values?: tf.BackendValues): tf.TensorInfo;
  uploadToGPU(dataId: tf.DataId): void;
  convertAndCacheOnCPU(dataId: tf.DataId, values: tf.BackendValues): tf.BackendValues;
  runWebGPUProgram(
    program: Program,
    inputs: tf.TensorInfo[],
    dtype: tf.DataType,
    uniforms?: unknown,
    output?: tf.TensorInfo,
  ): tf.TensorInfo;
}
