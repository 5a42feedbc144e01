/** Height and width of a pixel. */
export type Spacing = readonly [number, number];

/**
 * Squared Euclidean distance to the nearest marked pixel, at the pixels that are asked for (0 elsewhere): exact, in time
 * linear in the number of pixels. Infinite where nothing is marked.
 *
 * First along each column by two scans, then along each row as the lower envelope of the parabolas that the columns'
 * distances span (Felzenszwalb and Huttenlocher, Distance transforms of sampled functions, Theory of Computing 2012).
 *
 * @param marked 1 at marked pixels: [h, w]
 * @param asked 1 where a distance is needed: [h, w]; rows without any are skipped.
 */
export function squaredDistances(
  marked: Uint8Array,
  asked: Uint8Array,
  { height, width, spacing }: { height: number; width: number; spacing: Spacing },
): Float64Array {
  const rows = rowsToMarked(marked, width);
  const distances = new Float64Array(marked.length);
  const envelope = createEnvelope(width, spacing[1]);
  for (let y = 0; y < height; y++) {
    const from = y * width;
    if (!asked.subarray(from, from + width).includes(1)) continue;
    envelope.start();
    for (let x = 0; x < width; x++) {
      if (rows[from + x] >= FAR) continue;
      const away = rows[from + x] * spacing[0];
      envelope.add(x, away * away);
    }
    for (let x = 0; x < width; x++) if (asked[from + x]) distances[from + x] = envelope.at(x);
  }
  return distances;
}

/** No marked pixel in this column; leaves room to count on. */
const FAR = 2 ** 30;

/** How many rows the nearest marked pixel of the same column is away: [h, w]. */
function rowsToMarked(marked: Uint8Array, width: number): Int32Array {
  const rows = new Int32Array(marked.length);
  for (let pixel = 0; pixel < rows.length; pixel++) {
    rows[pixel] = marked[pixel] ? 0 : pixel < width ? FAR : rows[pixel - width] + 1;
  }
  for (let pixel = rows.length - width - 1; pixel >= 0; pixel--) {
    const below = rows[pixel + width] + 1;
    if (below < rows[pixel]) rows[pixel] = below;
  }
  return rows;
}

/** Lower envelope of parabolas (x - centre)² · step² + height, added from left to right and read from left to right. */
function createEnvelope(width: number, step: number) {
  const centres = new Int32Array(width);
  const heights = new Float64Array(width);
  /** Where each parabola begins to be the lowest. */
  const starts = new Float64Array(width);
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
