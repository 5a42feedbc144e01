import * as tf from '@tensorflow/tfjs';
import { currentBackend, loadBackend } from './backend.ts';

// Worked by hand: [[1, 2], [3, 4]] × [[5, 6], [7, 8]].
const product = [19, 22, 43, 50];

async function multiply() {
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const y = tf.tensor2d([5, 6, 7, 8], [2, 2]);
  return Array.from(await tf.matMul(x, y).data());
}

test('there is no current backend before one is loaded', () => {
  expect(() => currentBackend()).toThrow('loadBackend()');
});

test('an unknown backend is refused with the list of the known ones', async () => {
  await expect(loadBackend('abacus')).rejects.toThrow(
    "unknown backend 'abacus': choose one of tensorflow, webgpu, wasm, cpu",
  );
});

test('the default one multiplies matrices, gives host arrays and is loaded once', async () => {
  const [first, second] = await Promise.all([loadBackend(), loadBackend()]);
  expect(first).toBe(second);
  expect(currentBackend()).toBe(first);
  expect(tf.getBackend()).toBe(first.name);
  expect(first.threads).toBeGreaterThan(0);
  expect(first.version).toMatch(/^\d+\.\d+/);
  expect(await multiply()).toEqual(product);
  expect(await tf.tensor1d([1]).data()).toBeInstanceOf(Float32Array);
});

test.each(['wasm', 'cpu'])('%s can be forced and multiplies matrices', async (choice) => {
  const backend = await loadBackend(choice);
  expect(backend).toMatchObject({ name: choice, kernels: false });
  expect(tf.getBackend()).toBe(choice);
  expect(await multiply()).toEqual(product);
});
