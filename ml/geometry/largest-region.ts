import type { Field } from './field.ts';

/**
 * The field with only its largest region left: pixels above `level` that touch, corners included. Other regions become
 * 0 and the region's holes 1; pixels at or below the level keep their values, so that a contour between pixels stays
 * where it was. Of equal regions the first, row by row. Null where no pixel is above the level.
 */
export function largestRegion(field: Field, level: number): Field | null {
  const { values, height, width } = field;
  const above = new Uint8Array(values.length).map((_, pixel) => (values[pixel] > level ? 1 : 0));
  const regions = components(above, { height, width, corners: true });
  if (regions.sizes.length === 0) return null;
  const largest = regions.sizes.indexOf(Math.max(...regions.sizes));
  const outside = above.map((_, pixel) => (regions.labels[pixel] === largest ? 0 : 1));
  const gaps = components(outside, { height, width, corners: false });
  const open = openGaps(gaps.labels, height, width);
  const left = values.map((value, pixel) => {
    if (regions.labels[pixel] === largest) return value;
    if (!open.has(gaps.labels[pixel])) return 1;
    return above[pixel] ? 0 : value;
  });
  return { values: left, height, width };
}

interface Grid {
  readonly height: number;
  readonly width: number;
  /** Whether pixels that share a corner only belong together. */
  readonly corners: boolean;
}

/** Numbers the connected groups of set pixels from 0; −1 where no pixel is set. */
function components(set: Uint8Array, grid: Grid): { labels: Int32Array; sizes: number[] } {
  const labels = new Int32Array(set.length).fill(-1);
  const sizes: number[] = [];
  const waiting = new Int32Array(set.length);
  for (let start = 0; start < set.length; start++) {
    if (!set[start] || labels[start] >= 0) continue;
    labels[start] = sizes.length;
    waiting[0] = start;
    let count = 1;
    for (let next = 0; next < count; next++) {
      forNeighbours(waiting[next], grid, (pixel) => {
        if (!set[pixel] || labels[pixel] >= 0) return;
        labels[pixel] = sizes.length;
        waiting[count++] = pixel;
      });
    }
    sizes.push(count);
  }
  return { labels, sizes };
}

function forNeighbours(
  pixel: number,
  { height, width, corners }: Grid,
  visit: (pixel: number) => void,
): void {
  const [row, column] = [Math.floor(pixel / width), pixel % width];
  for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++) {
      if (corners || y === row || x === column) visit(y * width + x);
    }
  }
}

/** Labels of the gaps that reach the frame: all others are holes. */
function openGaps(labels: Int32Array, height: number, width: number): Set<number> {
  const open = new Set<number>();
  for (let row = 0; row < height; row++) open.add(labels[row * width]).add(labels[row * width + width - 1]);
  for (let column = 0; column < width; column++)
    open.add(labels[column]).add(labels[(height - 1) * width + column]);
  return open;
}
