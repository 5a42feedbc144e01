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
    for (let column = -1; column < field.width; column++) addCell(segments, field, level, row, column);
  }
  return segments;
}

/** Edges of a cell: 0 top, 1 right, 2 bottom, 3 left. By which corners are inside, the edges each segment joins. */
const JOINED: readonly (readonly (readonly [number, number])[])[] = [
  [], // bits: 1 top left, 2 top right, 4 bottom right, 8 bottom left
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

function addCell(segments: Segment[], field: Field, level: number, row: number, column: number): void {
  const [a, b] = [valueAt(field, row, column), valueAt(field, row, column + 1)];
  const [d, c] = [valueAt(field, row + 1, column), valueAt(field, row + 1, column + 1)];
  const inside = (a > level ? 1 : 0) + (b > level ? 2 : 0) + (c > level ? 4 : 0) + (d > level ? 8 : 0);
  const share = (from: number, to: number): number => (level - from) / (to - from);
  const crossing = (edge: number): [number, number] => {
    if (edge === 0) return [column + share(a, b), row];
    if (edge === 1) return [column + 1, row + share(b, c)];
    if (edge === 2) return [column + share(d, c), row + 1];
    return [column, row + share(a, d)];
  };
  for (const [from, to] of JOINED[inside]) {
    const [[x0, y0], [x1, y1]] = [crossing(from), crossing(to)];
    segments.push({ x0, y0, x1, y1 });
  }
}
