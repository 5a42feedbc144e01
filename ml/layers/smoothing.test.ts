import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { blur } from '../geometry/blur.ts';
import { smoothing } from './smoothing.ts';

beforeAll(async () => {
  await loadBackend();
});

test('smooths each map as the blur of planes does', () => {
  const size = { height: 7, width: 9 };
  tf.tidy(() => {
    const maps = tf.randomUniform<tf.Rank.R4>([2, 7, 9, 1], 0, 1, 'float32', 1);
    const smoothed = smoothing(size, 1.2)(maps);
    tf.unstack(maps).forEach((map, index) => {
      const expected = blur(Float32Array.from(map.dataSync()), { ...size, sigma: 1.2 });
      smoothed.gather(index).dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6)); // prettier-ignore
    });
  });
});
