import { InputError } from '../errors.ts';
/** As in DETR's public code: positions run over one full turn, whatever the size of the map. */
const TEMPERATURE = 10_000;
const TURN = 2 * Math.PI;

/** Encodings by size: a network asks for the same few in every step, and sines are slow. */
const known = new Map<string, Float32Array>();

/**
 * Fixed two-dimensional sine encoding (Carion et al., "End-to-end object detection with transformers", ECCV 2020).
 * The first half of the channels encodes the row, the second the column, as sine and cosine in turn:
 * [rows · columns, channels], row by row. It is added to queries and keys, never to values.
 */
export function positionalEncoding(rows: number, columns: number, channels: number): Float32Array {
  if (channels % 4 !== 0)
    throw new InputError(`positional encoding needs channels by the four: received ${channels}`);
  const key = `${rows}×${columns}×${channels}`;
  const found = known.get(key) ?? encodePlaces(rows, columns, channels);
  known.set(key, found);
  return found.slice(); // the caller's own: a tensor may take its array over
}

function encodePlaces(rows: number, columns: number, channels: number): Float32Array {
  const half = channels / 2;
  const values = new Float32Array(rows * columns * channels);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const start = (row * columns + column) * channels;
      encode(values, start, half, ((row + 1) / rows) * TURN);
      encode(values, start + half, half, ((column + 1) / columns) * TURN);
    }
  }
  return values;
}

function encode(values: Float32Array, start: number, count: number, position: number): void {
  for (let i = 0; i < count; i += 2) {
    const angle = position / TEMPERATURE ** (i / count);
    values[start + i] = Math.sin(angle);
    values[start + i + 1] = Math.cos(angle);
  }
}
