import { addTo } from './add-to.ts';
import type { Size } from './coco-mask.ts';

/**
 * Sets the pixels that a closed line through pixel middles encloses, the pixels on the line left out: a LIDC outline
 * passes through the pixels just outside of a nodule. Where the line crosses itself, the even-odd rule.
 *
 * @param mask [height, width]; pixels inside are set to `value`, all others stay.
 * @param outline [x0, y0, x1, y1, …] in whole pixels, its last point joined to its first.
 */
export function setEnclosed(
  mask: Uint8Array,
  { width, height }: Size,
  outline: readonly number[],
  value: 0 | 1,
): void {
  const crossings = new Map<number, number[]>();
  const onLine = new Set<number>();
  for (let at = 0; at < outline.length; at += 2) {
    const next = (at + 2) % outline.length;
    const [x0, y0, x1, y1] = [outline[at], outline[at + 1], outline[next], outline[next + 1]];
    addCrossings(crossings, [x0, y0, x1, y1]);
    for (const [x, y] of latticePoints(x0, y0, x1, y1)) if (x < width) onLine.add(y * width + x);
  }
  for (const [y, xs] of crossings) {
    if (y >= height) continue;
    xs.sort((a, b) => a - b);
    for (let pair = 0; pair + 1 < xs.length; pair += 2)
      for (let x = Math.floor(xs[pair]) + 1; x < Math.min(xs[pair + 1], width); x++)
        if (!onLine.has(y * width + x)) mask[y * width + x] = value;
  }
}

/** Where an edge meets the middles of rows; its lower end belongs to the next edge. */
function addCrossings(crossings: Map<number, number[]>, [x0, y0, x1, y1]: [number, number, number, number]) {
  for (let y = Math.min(y0, y1); y < Math.max(y0, y1); y++) {
    // Multiplied first: a crossing in the middle of a pixel comes out as exactly that.
    const x = x0 + ((y - y0) * (x1 - x0)) / (y1 - y0);
    addTo(crossings, y, x);
  }
}

/** The pixel middles that lie exactly on an edge. */
function* latticePoints(x0: number, y0: number, x1: number, y1: number): Generator<[number, number]> {
  const steps = commonDivisor(Math.abs(x1 - x0), Math.abs(y1 - y0));
  for (let step = 0; step <= steps; step++)
    yield steps === 0 ? [x0, y0] : [x0 + (step * (x1 - x0)) / steps, y0 + (step * (y1 - y0)) / steps];
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));
