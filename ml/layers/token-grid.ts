import * as tf from '@tensorflow/tfjs';
import { averagePool } from './average-pool.ts';
import { positionalEncoding } from './positional-encoding.ts';
import { InputError } from '../errors.ts';

/** How a map becomes a list of tokens: squares of `factor` pixels, averaged, row by row. */
export interface TokenGrid {
  readonly factor: number;
  readonly rows: number;
  readonly columns: number;
}

/** The finest grid of whole squares with `most` tokens or fewer. */
export function tokenGrid(height: number, width: number, most: number): TokenGrid {
  let factor = 1;
  const fits = (): boolean =>
    height % factor === 0 && width % factor === 0 && (height * width) / factor ** 2 <= most;
  while (factor < Math.min(height, width) && !fits()) factor++;
  if (fits()) return { factor, rows: height / factor, columns: width / factor };
  throw new InputError(`no squares cut a ${height} × ${width} map into ${most} tokens or fewer`);
}

/** [b, h, w, c] → [b, rows · columns, 1, c] */
export function listTokens(map: tf.Tensor4D, { factor, rows, columns }: TokenGrid): tf.Tensor4D {
  const pooled = factor === 1 ? map : averagePool(map, factor);
  return pooled.reshape([map.shape[0], rows * columns, 1, map.shape[3]]);
}

/** [b, rows · columns, 1, c] → [b, rows, columns, c] */
export function tokenMap(tokens: tf.Tensor4D, { rows, columns }: TokenGrid): tf.Tensor4D {
  return tokens.reshape([tokens.shape[0], rows, columns, tokens.shape[3]]);
}

/** Positional encodings of the tokens of several grids, one after the other: [n, 1, width]. */
export function tokenPositions(grids: readonly TokenGrid[], width: number): tf.Tensor3D {
  const each = grids.map(({ rows, columns }) =>
    tf.tensor3d(positionalEncoding(rows, columns, width), [rows * columns, 1, width]),
  );
  return tf.concat(each, 0);
}
