import * as tf from '@tensorflow/tfjs';
import type { WebgpuBackend } from './webgpu-backend.ts';

/** A shader of our own: several results at once, and tensors that change in place, where TensorFlow.js has one result. */
export interface Shader {
  readonly name: string;
  /** Tensors that it reads, changes in place, and makes: arrays of f32 of these names in the shader, at most eight in all. */
  readonly reads: readonly string[];
  readonly changes?: readonly string[];
  readonly makes: readonly string[];
  /** Numbers that it is given, in the shader as n.<name>. */
  readonly numbers: Readonly<Record<string, 'f32' | 'i32'>>;
  /** WGSL with the entry point `main`. */
  readonly body: string;
}

export interface ShaderCall {
  readonly reads: readonly tf.Tensor[];
  /** Nobody else may hold them. */
  readonly changes?: readonly tf.Tensor[];
  /** Shapes of what it makes. */
  readonly makes: readonly (readonly number[])[];
  readonly numbers: Readonly<Record<string, number>>;
  readonly workgroups: number;
}

/** Threads of a workgroup: what every device has. */
export const THREADS = 256;
const MOST_WORKGROUPS = 65_535; // along one axis

/** Opens a shader that computes value by value: i is the value's number, of n.size. */
export const EACH = `
// By its bits: drivers may take it that there is no NaN, and max(NaN, 0) for 0.
fn isNan(value : f32) -> bool { return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u; }
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id : vec3<u32>, @builtin(num_workgroups) groups : vec3<u32>) {
  let i = i32(id.y * groups.x * ${THREADS}u + id.x);
  if (i >= n.size) { return; }`;

/** Runs the shader on the backend 'webgpu' and returns what it makes. */
export function runShader(
  shader: Shader,
  { reads, changes = [], makes, numbers, workgroups }: ShaderCall,
): tf.Tensor[] {
  const backend = tf.backend() as unknown as WebgpuBackend;
  return backend.within(shader.name, () => {
    const made = makes.map((shape) => backend.makeTensorInfo([...shape], 'float32'));
    const all: tf.TensorInfo[] = [...reads, ...changes, ...made];
    for (const { dataId } of all) backend.uploadToGPU(dataId);
    // What was read of them before is out of date.
    for (const { dataId } of changes) backend.tensorMap.get(dataId).values = null;
    const uniforms = backend.makeUniforms(
      Object.entries(shader.numbers).map(([name, type]) => ({
        type: type === 'i32' ? 'int32' : 'float32',
        data: [numbers[name]],
      })),
    );
    dispatch(
      backend,
      shader,
      [...all.map((tensor) => backend.tensorToBinding(tensor)), uniforms],
      workgroups,
    );
    for (const { dataId } of all) backend.commandQueueOwnedIds.add(dataId);
    return made.map((info) => tf.engine().makeTensorFromTensorInfo(info));
  });
}

function dispatch(backend: WebgpuBackend, shader: Shader, resources: unknown[], workgroups: number): void {
  const pipeline = (backend.pipelineCache[`consilium ${shader.name}`] ??= compile(backend, shader));
  const group = backend.device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: resources.map((resource, binding) => ({ binding, resource })),
  });
  backend.ensureCommandEncoderReady();
  const pass = (backend.computePassEncoder ??= backend.commandEncoder.beginComputePass({}));
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(Math.min(workgroups, MOST_WORKGROUPS), Math.ceil(workgroups / MOST_WORKGROUPS), 1);
  backend.dispatchCountInPass++;
  if (backend.dispatchCountInPass < tf.env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

function compile({ device }: WebgpuBackend, { name, reads, changes = [], makes, numbers, body }: Shader) {
  const array = (access: string, of: string, binding: number) =>
    `@group(0) @binding(${binding}) var<storage, ${access}> ${of} : array<f32>;`;
  const written = [...changes, ...makes];
  const code = [
    ...reads.map((of, k) => array('read', of, k)),
    ...written.map((of, k) => array('read_write', of, reads.length + k)),
    `struct Numbers { ${Object.entries(numbers)
      .map((pair) => pair.join(' : '))
      .join(', ')} };`,
    `@group(0) @binding(${reads.length + written.length}) var<uniform> n : Numbers;`,
    body,
  ].join('\n');
  const module = device.createShaderModule({ code, label: name });
  return device.createComputePipeline({
    layout: 'auto',
    compute: { module, entryPoint: 'main' },
    label: name,
  });
}
