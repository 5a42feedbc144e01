import { stripsOf, unpackRows, type BitMask } from '../../ml/data/bit-mask.ts';
import type { Size } from '../../ml/data/frame.ts';

/*
 * Masks are scaled by area: a target pixel is the mean of what it covers. Areas are counted in whole numbers (a source
 * pixel is as wide as the target has columns, a target pixel as the source has), so that one half stays one half.
 */

/** [height, width] to [toHeight, toWidth]. */
export function averageMask(mask: ArrayLike<number>, from: Size, to: Size): Float32Array {
  const average = averaging(from, to);
  for (let y = 0; y < from.height; y++) average.addRow(mask, y * from.width);
  return meansOf(average.sums, from);
}

/** Binary to binary: a target pixel is object where at least half of what it covers is. */
export function resizeMask(mask: Uint8Array, from: Size, to: Size): Uint8Array {
  if (from.width === to.width && from.height === to.height) return mask;
  const average = averaging(from, to);
  for (let y = 0; y < from.height; y++) average.addRow(mask, y * from.width);
  return atLeastHalf(average.sums, from);
}

/** The same for a mask of one bit a pixel, of any size. */
export function resizeBits(mask: BitMask, to: Size): Uint8Array {
  if (mask.width === to.width && mask.height === to.height) return unpackRows(mask);
  const average = averaging(mask, to);
  for (const { from, to: end } of stripsOf(mask)) {
    const rows = unpackRows(mask, from, end);
    for (let start = 0; start < rows.length; start += mask.width) average.addRow(rows, start);
  }
  return atLeastHalf(average.sums, mask);
}

/** A soft mask that is read strip by strip; `above`: whether any of its own values is above the threshold. */
export async function averageStrips(
  strips: AsyncIterable<{ readonly values: Float32Array }>,
  from: Size,
  to: Size,
  threshold: number,
): Promise<{ values: Float32Array; above: boolean }> {
  const average = averaging(from, to);
  let above = false;
  for await (const { values } of strips) {
    above ||= values.some((value) => value > threshold);
    for (let start = 0; start < values.length; start += from.width) average.addRow(values, start);
  }
  return { values: meansOf(average.sums, from), above };
}

function meansOf(sums: Float64Array, { width, height }: Size): Float32Array {
  return Float32Array.from(sums, (sum) => sum / (width * height));
}

function atLeastHalf(sums: Float64Array, { width, height }: Size): Uint8Array {
  return Uint8Array.from(sums, (sum) => (2 * sum >= width * height ? 1 : 0));
}

/** Sums over the area that each target pixel covers: width × height of the source where all of it is 1. */
function averaging(from: Size, to: Size) {
  const sums = new Float64Array(to.width * to.height);
  const columns = overlaps(from.width, to.width);
  const rows = overlaps(from.height, to.height);
  const line = new Float64Array(to.width);
  let y = 0;
  return {
    sums,
    /** The next row of the source: `width` values from `start` on. */
    addRow(values: ArrayLike<number>, start: number): void {
      line.fill(0);
      for (let k = 0; k < columns.source.length; k++)
        line[columns.target[k]] += columns.length[k] * values[start + columns.source[k]];
      for (let k = rows.firstOf[y]; k < rows.firstOf[y + 1]; k++) {
        const [row, weight] = [rows.target[k] * to.width, rows.length[k]];
        for (let x = 0; x < to.width; x++) sums[row + x] += weight * line[x];
      }
      y += 1;
    },
  };
}

/** Which source and target pixels of a line overlap, and how far. */
function overlaps(from: number, to: number) {
  const [source, target, length]: number[][] = [[], [], []];
  const firstOf = new Int32Array(from + 1);
  for (let s = 0, t = 0; s < from; s++) {
    firstOf[s] = source.length;
    for (; t < to && t * from < (s + 1) * to; t++) {
      source.push(s);
      target.push(t);
      length.push(Math.min((s + 1) * to, (t + 1) * from) - Math.max(s * to, t * from));
      if ((t + 1) * from > (s + 1) * to) break; // the target pixel reaches into the next one
    }
  }
  firstOf[from] = source.length;
  const typed = (values: number[]): Int32Array => Int32Array.from(values);
  return { source: typed(source), target: typed(target), length: typed(length), firstOf };
}
