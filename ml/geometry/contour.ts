import { valueAt, type Field } from './field.ts';

/** A straight piece of an outline, in pixels, y downwards; walking along it on the screen, the inside lies to the left. */
export interface Segment {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * Where the field crosses `level`, by marching squares (Lorensen and Cline 1987, in the plane): crossings are
 * interpolated between neighbouring pixel centres, pixels that touch by a corner are joined. The segments close, one
 * pixel beyond the frame if need be; their order is that of the grid.
 */
export function contourOf(field: Field, level: number): Segment[] {
  const segments: Segment[] = [];
  for (let row = -1; row < field.height; row++) {
    for (let column = -1; column < field.width; column++) {
      const joined = JOINED[cornersAbove(field, level, row, column)];
      if (joined.length > 0) segments.push(...segmentsOf(joined, field, level, row, column));
    }
  }
  return segments;
}

/** The edges of a cell that each of its segments joins: 0 top, 1 right, 2 bottom, 3 left. */
type Joined = readonly (readonly [number, number])[];

/** By which corners are above the level: bits 1 top left, 2 top right, 4 bottom right, 8 bottom left. */
const JOINED: readonly Joined[] = [
  [],
  [[3, 0]],
  [[0, 1]],
  [[3, 1]],
  [[1, 2]],
  [
    [1, 0],
    [3, 2],
  ],
  [[0, 2]],
  [[3, 2]],
  [[2, 3]],
  [[2, 0]],
  [
    [0, 3],
    [2, 1],
  ],
  [[2, 1]],
  [[1, 3]],
  [[1, 0]],
  [[0, 3]],
  [],
];

/** One bit a corner, those of `JOINED`. */
function cornersAbove(field: Field, level: number, row: number, column: number): number {
  const topLeft = valueAt(field, row, column) > level ? 1 : 0;
  const topRight = valueAt(field, row, column + 1) > level ? 2 : 0;
  const bottomRight = valueAt(field, row + 1, column + 1) > level ? 4 : 0;
  const bottomLeft = valueAt(field, row + 1, column) > level ? 8 : 0;
  return topLeft | topRight | bottomRight | bottomLeft;
}

function segmentsOf(joined: Joined, field: Field, level: number, row: number, column: number): Segment[] {
  const [a, b] = [valueAt(field, row, column), valueAt(field, row, column + 1)];
  const [d, c] = [valueAt(field, row + 1, column), valueAt(field, row + 1, column + 1)];
  const share = (from: number, to: number): number => (level - from) / (to - from);
  const crossing = (edge: number): [number, number] => {
    if (edge === 0) return [column + share(a, b), row];
    if (edge === 1) return [column + 1, row + share(b, c)];
    if (edge === 2) return [column + share(d, c), row + 1];
    return [column, row + share(a, d)];
  };
  return joined.map(([from, to]) => {
    const [[x0, y0], [x1, y1]] = [crossing(from), crossing(to)];
    return { x0, y0, x1, y1 };
  });
}
