import * as tf from '@tensorflow/tfjs';
import { currentBackend, loadBackend } from '../backend.ts';
import { availableWays, choose } from './way.ts';

beforeAll(() => loadBackend());

test('on a GPU our own kernels, which compute on the CPU, are not used', () => {
  const backend = currentBackend();
  const { device, kernels } = backend;
  try {
    Object.assign(backend, { device: 'GPU', kernels: true });
    const onGpu = { tensorflow: ['raw', 'plain'], webgpu: ['shader', 'plain'] }[tf.getBackend()] ?? ['plain'];
    expect(availableWays()).toEqual(onGpu);
    expect(choose({ native: 'native', plain: 'plain' })).toBe('plain');
    Object.assign(backend, { device: 'CPU (some)' });
    expect(availableWays().includes('native')).toBe(tf.getBackend() === 'tensorflow');
  } finally {
    Object.assign(backend, { device, kernels });
  }
});
