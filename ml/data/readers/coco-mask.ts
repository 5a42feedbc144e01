/**
 * Masks from COCO's `segmentation`: polygons and run lengths.
 *
 * Pixels are counted column by column, as COCO does: pixel (x, y) has position x · height + y. Both kinds come down to
 * _borders_: ascending positions at which the mask changes between background and object, background first.
 *
 * Polygons follow the rule of pycocotools 2.0 (`rleFrPoly`), pixel for pixel, as dataset tools and published scores do.
 * Vertices are rounded to a grid five times as fine as the pixels, edges are drawn on that grid, and in each column of
 * pixels an edge is a border where it passes the column's middle; from there on the pixels whose middles lie
 * below it change sides. Unlike an area rule this may leave out a pixel that a polygon covers by half.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Sub-pixels along a pixel's side. */
const fine = 5;

/** Marks what lies between the borders, on top of what is marked: [height, width]. */
export function paint(mask: Uint8Array, { width, height }: Size, borders: readonly number[]): void {
  const end = width * height;
  for (let i = 0; i < borders.length; i += 2) {
    const to = Math.min(borders[i + 1] ?? end, end);
    for (let at = borders[i]; at < to;) {
      const [x, y] = [Math.floor(at / height), at % height];
      const below = Math.min(height, y + to - at);
      for (let row = y; row < below; row++) mask[row * width + x] = 1;
      at += below - y;
    }
  }
}

/** One mask of everything that lies between borders: 0 or 1, [height, width]. */
export function drawn(parts: Iterable<readonly number[]>, { width, height }: Size) {
  const mask = new Uint8Array(width * height);
  for (const borders of parts) paint(mask, { width, height }, borders);
  return { mask, width, height };
}

/** Borders of run lengths: background, object, background, …; the first may be 0. */
export function runBorders(counts: readonly number[]): number[] {
  let at = 0;
  return counts.map((count) => (at += count));
}

/** Borders of one polygon [x0, y0, x1, y1, …] in pixels, its last corner joined to its first. */
export function polygonBorders(polygon: readonly number[], size: Size): number[] {
  const borders: number[] = [];
  const corners = polygon.length / 2;
  const corner = (index: number): [number, number] => {
    const at = 2 * (index % corners);
    return [rounded(polygon[at] * fine), rounded(polygon[at + 1] * fine)];
  };
  let last: [number, number] | undefined;
  for (let index = 0; index < corners; index++) {
    for (const point of edge(corner(index), corner(index + 1))) {
      if (last && last[0] !== point[0]) addBorder(borders, last, point, size);
      last = point;
    }
  }
  return borders.sort((a, b) => a - b);
}

/** C's rounding of the reference: half up, and toward zero below zero. */
const rounded = (value: number): number => Math.trunc(value + 0.5);

/** The points of the fine grid along an edge, one a step on its longer axis. */
function* edge([x0, y0]: [number, number], [x1, y1]: [number, number]): Generator<[number, number]> {
  const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
  const wide = dx >= dy;
  // Drawn from its lower end on that axis, so that an edge shared by two polygons is one line.
  const backward = wide ? x0 > x1 : y0 > y1;
  const [fromX, fromY, toX, toY] = backward ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
  const steps = Math.max(dx, dy);
  const slope = steps === 0 ? 0 : (wide ? toY - fromY : toX - fromX) / steps;
  for (let step = 0; step <= steps; step++) {
    const along = backward ? steps - step : step;
    yield wide
      ? [fromX + along, rounded(fromY + slope * along)]
      : [rounded(fromX + slope * along), fromY + along];
  }
}

/** A border where the step from one fine column to the next passes the middle of a column of pixels. */
function addBorder(
  borders: number[],
  [x0, y0]: [number, number],
  [x1, y1]: [number, number],
  { width, height }: Size,
): void {
  const x = (Math.min(x0, x1) + 0.5) / fine - 0.5;
  if (!Number.isInteger(x) || x < 0 || x > width - 1) return;
  const y = (Math.min(y0, y1) + 0.5) / fine - 0.5;
  borders.push(x * height + Math.ceil(Math.min(Math.max(y, 0), height)));
}

/**
 * Run lengths from COCO's compressed text: five bits a character from '0' on, the sixth bit says that more follow,
 * the topmost of the last is the sign; from the third run on the difference to the run before the last is written.
 * @returns null where the text is no such code.
 */
export function decodeCounts(text: string): number[] | null {
  const counts: number[] = [];
  let [value, scale] = [0, 1];
  for (let at = 0; at < text.length; at++) {
    const bits = text.charCodeAt(at) - 48;
    if (!(bits >= 0 && bits < 64) || scale > 2 ** 35) return null;
    value += (bits & 31) * scale;
    scale *= 32;
    if (bits & 32) continue;
    if (bits & 16) value -= scale;
    counts.push(value + (counts.length > 2 ? counts[counts.length - 2] : 0));
    [value, scale] = [0, 1];
  }
  return scale === 1 ? counts : null;
}
