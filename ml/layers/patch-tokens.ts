import type * as tf from '@tensorflow/tfjs';
import { depthToSpace, spaceToDepth } from '../ops/space-to-depth.ts';
import { InputError } from '../errors.ts';

/**
 * Patch tokens (paper, section 4): a map [b, h, w, c] as N = h·w/P² tokens of P×P pixels, which keep their places:
 * [b, h/P, w/P, P²·c]. At P = 1 nothing moves.
 */
export function toTokens(map: tf.Tensor4D, patch: number): tf.Tensor4D {
  const [, height, width] = map.shape;
  checkPatch(height, width, patch);
  return patch === 1 ? map : spaceToDepth(map, patch);
}

/** The inverse: tokens [b, h/P, w/P, P²·c] to a map [b, h, w, c]. */
export function fromTokens(tokens: tf.Tensor4D, patch: number): tf.Tensor4D {
  const channels = tokens.shape[3] / (patch * patch);
  if (!Number.isInteger(channels)) {
    throw new InputError(`tokens [${tokens.shape.join(', ')}] do not divide into patches of side ${patch}`);
  }
  return patch === 1 ? tokens : depthToSpace(tokens, patch);
}

function checkPatch(height: number, width: number, patch: number): void {
  if (Number.isInteger(patch) && patch >= 1 && height % patch === 0 && width % patch === 0) return;
  throw new InputError(`patch size must divide the map's ${height} × ${width} pixels: received ${patch}`);
}
