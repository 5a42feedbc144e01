import * as tf from '@tensorflow/tfjs';

/**
 * Real pictures [m, h, w] from half-spectra [m, k, 2, h], k = ⌊w / 2⌋ + 1 columns, each a real and an imaginary row over
 * the h vertical frequencies: irfft2 with its 1 / (h · w), as two products with fixed matrices of cosines and sines, so
 * that every backend has it and its gradient.
 *
 *     x(r, c) = Σ_v weight(v) · Re( e^(2πi·v·c/w) · Σ_u z(u, v) · e^(2πi·u·r/h) ) / (h · w)
 *
 * A column v stands for −v too and weighs 2, save the first and, for even w, the last, which weigh 1.
 */
export function inverseFourier(spectra: tf.Tensor4D, { height, width }: Size): tf.Tensor3D {
  const [m, columns] = spectra.shape;
  return tf.tidy(() => {
    const vertical = tf.tensor2d(verticalBasis(height), [2 * height, 2 * height]);
    const horizontal = tf.tensor2d(horizontalBasis({ height, width }), [2 * columns, width]);
    const half = tf.matMul(spectra.reshape([m * columns, 2 * height]), vertical);
    const turned = tf.transpose(half.reshape([m, columns, 2, height]), [0, 3, 2, 1]); // [m, h, 2, k]
    return tf.matMul(turned.reshape([m * height, 2 * columns]), horizontal).reshape([m, height, width]);
  });
}

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Columns of a half-spectrum. */
export const halfWidth = (width: number): number => Math.floor(width / 2) + 1;

/** (real, imaginary) over frequencies to (real, imaginary) over lines: [2 · h, 2 · h]. */
function verticalBasis(height: number): Float32Array {
  const basis = new Float32Array(4 * height * height);
  const put = (part: number, u: number, toPart: number, line: number, value: number): void => {
    basis[(part * height + u) * 2 * height + toPart * height + line] = value;
  };
  for (let u = 0; u < height; u++) {
    for (let line = 0; line < height; line++) {
      const angle = (2 * Math.PI * ((u * line) % height)) / height;
      put(0, u, 0, line, Math.cos(angle));
      put(0, u, 1, line, Math.sin(angle));
      put(1, u, 0, line, -Math.sin(angle));
      put(1, u, 1, line, Math.cos(angle));
    }
  }
  return basis;
}

/** (real, imaginary) over half the frequencies to values over columns: [2 · k, w]. */
function horizontalBasis({ height, width }: Size): Float32Array {
  const columns = halfWidth(width);
  const basis = new Float32Array(2 * columns * width);
  for (let v = 0; v < columns; v++) {
    const weight = (v === 0 || 2 * v === width ? 1 : 2) / (height * width);
    for (let column = 0; column < width; column++) {
      const angle = (2 * Math.PI * ((v * column) % width)) / width;
      basis[v * width + column] = weight * Math.cos(angle);
      basis[(columns + v) * width + column] = -weight * Math.sin(angle);
    }
  }
  return basis;
}
