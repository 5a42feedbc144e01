import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { describeWithWebgpu } from '../webgpu/available.test-helper.ts';
import { describeConformance } from './conformance.test-helper.ts';

// TensorFlow.js hands tensors below 1,000 values over to the processor, which hides in small tests what the shaders do. And no
// shader may be taken for another tensor's.
describe.each([true, false])('small tensors on the processor: %s', (forward) => {
  describeWithWebgpu('conformance of webgpu', () => {
    beforeAll(async () => {
      process.env.CONSILIUM_WEBGPU_THOROUGH = '1';
      await loadBackend('webgpu');
      tf.env().set('WEBGPU_CPU_FORWARD', forward);
    });
    afterAll(() => delete process.env.CONSILIUM_WEBGPU_THOROUGH);
    describeConformance('webgpu');
  });
});
