import type { Surface } from './surface.ts';

/** Height and width of a pixel. */
export type Spacing = readonly [number, number];

/**
 * Euclidean distance from each surface pixel to the nearest one of another surface, row by row: exact. Infinite where the
 * other has none. Time is linear in the box of both, memory in the number of their pixels, whatever the image's size.
 *
 * As the exact distance map of Felzenszwalb and Huttenlocher (Distance transforms of sampled functions, Theory of Computing
 * 2012), but for the rows that are asked for alone: the nearest pixel of each column, then along the row the lower envelope
 * of the parabolas that the columns' distances span.
 *
 * @returns [pixels of `from`]
 */
export function nearestDistances(from: Surface, to: Surface, spacing: Spacing): Float64Array {
  const columns = columnsOf(to);
  const envelope = createEnvelope(columns.xs.length, spacing[1]);
  const distances = new Float64Array(from.columns.length);
  for (let y = 0; y < from.height; y++) {
    const [start, end] = [from.starts[y], from.starts[y + 1]];
    if (start === end) continue;
    envelope.start();
    for (let k = 0; k < columns.xs.length; k++) {
      const away = columns.rowsAway(k, y) * spacing[0];
      envelope.add(columns.xs[k], away * away);
    }
    for (let i = start; i < end; i++) distances[i] = Math.sqrt(envelope.at(from.columns[i]));
  }
  return distances;
}

/** The columns that hold a pixel of the surface, and how far the nearest is: to be asked from the top row to the bottom. */
function columnsOf({ width, height, columns, starts }: Surface) {
  const ends = new Int32Array(width + 1);
  for (const x of columns) ends[x + 1] += 1;
  for (let x = 0; x < width; x++) ends[x + 1] += ends[x];
  const rows = new Int32Array(columns.length);
  const filled = ends.slice();
  for (let y = 0; y < height; y++) {
    for (let i = starts[y]; i < starts[y + 1]; i++) rows[filled[columns[i]]++] = y;
  }
  const xs = Int32Array.from({ length: width }, (_, x) => x).filter((x) => ends[x] < ends[x + 1]);
  /** Of each column the first pixel that is not above the row asked for. */
  const next = xs.map((x) => ends[x]);
  return {
    xs,
    rowsAway(k: number, y: number): number {
      const [first, end] = [ends[xs[k]], ends[xs[k] + 1]];
      while (next[k] < end && rows[next[k]] < y) next[k] += 1;
      const below = next[k] < end ? rows[next[k]] - y : Infinity;
      return next[k] > first ? Math.min(below, y - rows[next[k] - 1]) : below;
    },
  };
}

/** Lower envelope of parabolas (x - centre)² · step² + height, added from left to right and read from left to right. */
function createEnvelope(most: number, step: number) {
  const centres = new Int32Array(most);
  const heights = new Float64Array(most);
  /** Where each parabola begins to be the lowest. */
  const starts = new Float64Array(most);
  let count = 0;
  let reading = 0;
  const crossing = (k: number, centre: number, height: number): number => {
    const apart = centre - centres[k];
    return (centre + centres[k]) / 2 + (height - heights[k]) / (2 * step * step * apart);
  };
  return {
    start(): void {
      count = reading = 0;
    },
    add(centre: number, height: number): void {
      let start = -Infinity;
      while (count > 0) {
        start = crossing(count - 1, centre, height);
        if (start > starts[count - 1]) break;
        count -= 1;
        start = -Infinity;
      }
      centres[count] = centre;
      heights[count] = height;
      starts[count] = start;
      count += 1;
    },
    at(x: number): number {
      if (count === 0) return Infinity;
      while (reading + 1 < count && starts[reading + 1] <= x) reading += 1;
      const away = (x - centres[reading]) * step;
      return away * away + heights[reading];
    },
  };
}
