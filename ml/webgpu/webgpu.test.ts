import * as tf from '@tensorflow/tfjs';
import { loadBackend, type Backend } from '../backend.ts';
import { scatterRows } from '../ops/scatter.ts';
import { describeWithWebgpu } from './available.test-helper.ts';
import { placesOf } from './sum-rows.ts';
import type { Program, WebgpuBackend } from './webgpu-backend.ts';

test('rows of one place keep their order, and those that go nowhere are left out', () => {
  const { starts, order } = placesOf([2, 0, 5, 2, -1, 2], 3);
  expect(Array.from(starts)).toEqual([0, 1, 1, 4]);
  expect(Array.from(order)).toEqual([1, 0, 3, 5]);
});

describeWithWebgpu('webgpu', () => {
  let loaded: Backend;
  const backend = () => tf.backend() as unknown as WebgpuBackend;
  const large = (value: number): tf.Tensor1D => tf.fill([2000], value);

  beforeAll(async () => {
    loaded = await loadBackend('webgpu');
  });

  /** A program whose shader's body the test writes. */
  const program = (body: string): Program => ({
    variableNames: ['A'],
    outputShape: [2000],
    size: true,
    workgroupSize: [64, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [32, 1, 1],
    shaderKey: `test ${body}`,
    getUserCode: () => `fn main(index : i32) { if (index < uniforms.size) { ${body} } }`,
  });

  test('names the adapter and what its bits depend on', () => {
    expect(loaded).toMatchObject({ name: 'webgpu', threads: 1, kernels: false });
    expect(loaded.device).toMatch(/^[CG]PU \(.+\)$/);
    expect(loaded.version).toMatch(/^4\.22\.0, Dawn 0\.6\.2, packed matrix product$/);
  });

  test('a shader that does not compile throws, with the name of the operation, and spoils no other result', () => {
    const x = large(1);
    const before = tf.add(x, 1);
    expect(() =>
      backend().runWebGPUProgram(program('setOutputAtIndex(index, i32(1));'), [x], 'float32'),
    ).toThrow(/^WebGPU cannot compute .*WGSL/s);
    expect(() =>
      backend().runWebGPUProgram(program('setOutputAtIndex(index, i32(1));'), [x], 'float32'),
    ).toThrow('WGSL');
    expect(before.dataSync()[1999]).toBe(2);
    expect(tf.add(before, 1).dataSync()[1999]).toBe(3);
  });

  test('an operation of TensorFlow.js that asks too much of a shader is named', () => {
    const add = tf.getKernel('AddN', 'webgpu');
    expect(add).toBeDefined();
    const most = backend().device.limits.maxStorageBuffersPerShaderStage;
    const inputs = Array.from({ length: most + 1 }, () => large(1));
    const many = {
      ...program('setOutputAtIndex(index, 1.0);'),
      variableNames: inputs.map((_, k) => `T${k}`),
    };
    expect(() => backend().runWebGPUProgram(many, inputs, 'float32')).toThrow('WebGPU cannot compute');
  });

  test('a tensor that the device cannot hold in one piece is refused with its size', () => {
    const { maxStorageBufferBindingSize: most } = backend().device.limits;
    const shape = [Math.floor(most / 4) + 1];
    const tooLarge = { ...program('setOutputAtIndex(index, 1.0);'), outputShape: shape };
    expect(() => backend().runWebGPUProgram(tooLarge, [large(1)], 'float32')).toThrow(
      /needs a tensor \[\d+\] of \d+ MiB, where this device takes \d+ MiB in one piece/,
    );
  });

  test('whole numbers that a shader would round are refused, given and made', () => {
    const whole = (value: number): tf.Tensor => tf.tensor1d(new Int32Array(2000).fill(value), 'int32');
    expect(() => tf.add(whole(2 ** 24 + 1), whole(1))).toThrow('beyond ±16777216');
    expect(() => tf.mul(whole(2 ** 13), whole(2 ** 12)).dataSync()).toThrow('beyond ±16777216');
    expect(tf.mul(whole(2 ** 12), whole(2 ** 12)).dataSync()[0]).toBe(2 ** 24);
  });

  test('booleans have no negative, as on native TensorFlow', () => {
    tf.env().set('WEBGPU_CPU_FORWARD', false);
    expect(() => tf.neg(tf.tensor1d([true, false], 'bool'))).toThrow('cast them first');
  });

  test('reads complex numbers and booleans as the other backends give them', async () => {
    expect(Array.from(tf.complex(large(1), large(2)).dataSync().slice(0, 4))).toEqual([1, 2, 1, 2]);
    const found = tf.greater(large(1), 0).dataSync();
    expect(found).toBeInstanceOf(Uint8Array);
    expect(await tf.add(large(1), 1).data()).toBeInstanceOf(Float32Array);
  });

  test('rows that meet are summed to the same bits every time', () => {
    const values = tf.randomNormal<tf.Rank.R2>([4000, 8], 0, 1, 'float32', 1);
    const rows = tf.tensor1d(
      Int32Array.from({ length: 4000 }, (_, k) => (k * 7) % 5),
      'int32',
    );
    const bits = () => Array.from(scatterRows(values, rows, 5).dataSync());
    const first = bits();
    for (let k = 0; k < 5; k++) expect(bits()).toEqual(first);
  });

  test('long products give the same bits every time', () => {
    const [a, b] = [
      tf.randomNormal([40, 9000], 0, 1, 'float32', 1),
      tf.randomNormal([9000, 40], 0, 1, 'float32', 2),
    ];
    const bits = () => Array.from(tf.matMul(a, b).dataSync());
    const first = bits();
    for (let k = 0; k < 3; k++) expect(bits()).toEqual(first);
  });
});
