import type * as tf from '@tensorflow/tfjs';

/**
 * Patch tokens (paper, section 4): a map [b, h, w, c] as N = h·w/P² tokens of P×P pixels: [b, N, P²·c], row by row.
 * At P = 1 nothing moves.
 */
export function toTokens(map: tf.Tensor4D, patch: number): tf.Tensor3D {
  const [batch, height, width, channels] = map.shape;
  checkPatch(height, width, patch);
  if (patch === 1) return map.reshape([batch, height * width, channels]);
  const [rows, columns] = [height / patch, width / patch];
  return map
    .reshape([batch * rows, patch, columns, patch * channels])
    .transpose([0, 2, 1, 3]) // [b·rows, columns, P, P·c]
    .reshape([batch, rows * columns, patch * patch * channels]);
}

/** The inverse: tokens [b, N, P²·c] to a map [b, h, w, c]. */
export function fromTokens(
  tokens: tf.Tensor3D,
  [height, width]: [number, number],
  patch: number,
): tf.Tensor4D {
  const [batch, count, size] = tokens.shape;
  checkPatch(height, width, patch);
  const channels = size / (patch * patch);
  if (count * patch * patch !== height * width || !Number.isInteger(channels)) {
    throw new RangeError(
      `tokens [${tokens.shape.join(', ')}] do not fill a ${height} × ${width} map at patch ${patch}`,
    );
  }
  if (patch === 1) return tokens.reshape([batch, height, width, channels]);
  const [rows, columns] = [height / patch, width / patch];
  return tokens
    .reshape([batch * rows, columns, patch, patch * channels])
    .transpose([0, 2, 1, 3])
    .reshape([batch, height, width, channels]);
}

function checkPatch(height: number, width: number, patch: number): void {
  if (Number.isInteger(patch) && patch >= 1 && height % patch === 0 && width % patch === 0) return;
  throw new RangeError(`patch size must divide the map's ${height} × ${width} pixels: received ${patch}`);
}
