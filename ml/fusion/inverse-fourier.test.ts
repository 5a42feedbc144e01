import type * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { gradientDeviation, randomTensor } from '../ops/finite-differences.ts';
import { GRADIENT_TOLERANCE } from '../ops/ways.test-helper.ts';
import { halfWidth, inverseFourier } from './inverse-fourier.ts';

beforeAll(async () => {
  await loadBackend();
});

/**
 * The inverse DFT by its definition: the half-spectrum is completed by the symmetry of real pictures,
 * z(−u, −v) = conj z(u, v), every frequency is summed, and the real part divided by h · w. Where v is its own opposite
 * the half-spectrum holds both (u, v) and (−u, v); the real part of their sum is the same without completing them.
 */
function inverseByDefinition(spectrum: number[][][], height: number, width: number): number[] {
  return Array.from({ length: height * width }, (_, pixel) => {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    let sum = 0;
    for (let u = 0; u < height; u++) {
      for (let v = 0; v < width; v++) {
        const mirrored = v >= halfWidth(width);
        const [fromU, fromV] = mirrored ? [(height - u) % height, width - v] : [u, v];
        const real = spectrum[fromV][0][fromU];
        const imaginary = (mirrored ? -1 : 1) * spectrum[fromV][1][fromU];
        const angle = 2 * Math.PI * ((u * row) / height + (v * column) / width);
        sum += real * Math.cos(angle) - imaginary * Math.sin(angle);
      }
    }
    return sum / (height * width);
  });
}

test.each([
  [4, 6],
  [5, 7],
  [6, 5],
])('a half-spectrum of %i × %i gives what the definition gives', (height, width) => {
  const spectra = randomTensor<tf.Tensor4D>('spectra', [2, halfWidth(width), 2, height]);
  const found = inverseFourier(spectra, { height, width }).reshape([2, -1]).arraySync() as number[][];
  spectra.arraySync().forEach((spectrum, picture) => {
    const truth = inverseByDefinition(spectrum, height, width);
    // Sums of some fifty float32 numbers near one.
    found[picture].forEach((value, k) => expect(value).toBeCloseTo(truth[k], 5));
  });
});

test('its gradient equals finite differences', () => {
  const spectra = randomTensor<tf.Tensor4D>('spectra', [1, 3, 2, 4]);
  const f = (x: tf.Tensor) => inverseFourier(x as tf.Tensor4D, { height: 4, width: 4 });
  expect(gradientDeviation(f, [spectra])).toBeLessThan(GRADIENT_TOLERANCE);
});
