/** Arrays in double precision: the references that every backend is held to. Written for clarity: small arrays only. */
export interface Doubles {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** An array whose value at each place f gives. */
export function build(shape: readonly number[], f: (at: number[]) => number): Doubles {
  const values = new Float64Array(sizeOf(shape));
  const at = shape.map(() => 0);
  for (let k = 0; k < values.length; k++) {
    values[k] = f(at);
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis] === shape[axis]; axis--) at[axis] = 0;
  }
  return { shape, values };
}

/** The value at a place; axes of length one are repeated, and missing ones at the front left out. */
export function get({ shape, values }: Doubles, at: readonly number[]): number {
  const skip = at.length - shape.length;
  let index = 0;
  for (let axis = 0; axis < shape.length; axis++)
    index = index * shape[axis] + (shape[axis] === 1 ? 0 : at[axis + skip]);
  return values[index];
}

export const map = (x: Doubles, f: (value: number) => number): Doubles => ({
  shape: x.shape,
  values: x.values.map(f),
});

export function zip(a: Doubles, b: Doubles, f: (x: number, y: number) => number): Doubles {
  return build(broadcast(a.shape, b.shape), (at) => f(get(a, at), get(b, at)));
}

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const side = (shape: readonly number[], axis: number) => shape[axis - (rank - shape.length)] ?? 1;
  return Array.from({ length: rank }, (_, axis) => Math.max(side(a, axis), side(b, axis)));
}

/** What f makes of the values along the axes, which go. */
export function reduce(x: Doubles, axes: readonly number[], f: (values: number[]) => number): Doubles {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const inner = axes.map((axis) => x.shape[axis]);
  return build(
    kept.map((axis) => x.shape[axis]),
    (out) => {
      const found: number[] = [];
      build(inner, (reduced) => {
        const at = x.shape.map((_, axis) =>
          kept.includes(axis) ? out[kept.indexOf(axis)] : reduced[axes.indexOf(axis)],
        );
        return found.push(get(x, at));
      });
      return f(found);
    },
  );
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const mean = (values: readonly number[]): number => sum(values) / values.length;

export function transpose(x: Doubles, order: readonly number[]): Doubles {
  return build(
    order.map((axis) => x.shape[axis]),
    (at) =>
      get(
        x,
        x.shape.map((_, axis) => at[order.indexOf(axis)]),
      ),
  );
}

/** [..., n, k] · [..., k, m] */
export function product(a: Doubles, b: Doubles): Doubles {
  const [n, k, m] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  const outer = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return build([...outer, n, m], (at) => {
    const front = at.slice(0, -2);
    let total = 0;
    for (let i = 0; i < k; i++)
      total += get(a, [...front, at.at(-2)!, i]) * get(b, [...front, i, at.at(-1)!]);
    return total;
  });
}

export interface Window {
  readonly stride: number;
  readonly dilation?: number;
  /** Rows above and columns to the left of the image that the window may look at. */
  readonly pads: readonly [number, number];
  /** Height and width of the result. */
  readonly size: readonly [number, number];
}

/** What f makes of the places [row, column] of x under each window, row by row; those outside the image are left out. */
function windows<T>(x: Doubles, [k0, k1]: readonly [number, number], { stride, dilation = 1, pads }: Window) {
  const [, height, width] = x.shape;
  return (row: number, column: number, f: (y: number, x: number, i: number, j: number) => T): T[] => {
    const found: T[] = [];
    for (let i = 0; i < k0; i++) {
      for (let j = 0; j < k1; j++) {
        const [y, z] = [row * stride + i * dilation - pads[0], column * stride + j * dilation - pads[1]];
        if (y >= 0 && y < height && z >= 0 && z < width) found.push(f(y, z, i, j));
      }
    }
    return found;
  };
}

/** x [b, h, w, in], filter [k, k, in, out] */
export function convolve(x: Doubles, filter: Doubles, window: Window): Doubles {
  const [k0, k1, inputs, outputs] = filter.shape;
  const under = windows<number>(x, [k0, k1], window);
  return build([x.shape[0], ...window.size, outputs], ([b, row, column, out]) =>
    sum(
      under(row, column, (y, z, i, j) => {
        let total = 0;
        for (let c = 0; c < inputs; c++) total += get(x, [b, y, z, c]) * get(filter, [i, j, c, out]);
        return total;
      }),
    ),
  );
}

/** Each channel with a filter of its own: filter [k, k, c, 1]. */
export function convolveEach(x: Doubles, filter: Doubles, window: Window): Doubles {
  const under = windows<number>(x, [filter.shape[0], filter.shape[1]], window);
  return build([x.shape[0], ...window.size, x.shape[3]], ([b, row, column, c]) =>
    sum(under(row, column, (y, z, i, j) => get(x, [b, y, z, c]) * get(filter, [i, j, c, 0]))),
  );
}

export function pool(x: Doubles, k: number, window: Window, f: (values: number[]) => number): Doubles {
  const under = windows<number>(x, [k, k], window);
  return build([x.shape[0], ...window.size, x.shape[3]], ([b, row, column, c]) =>
    f(under(row, column, (y, z) => get(x, [b, y, z, c]))),
  );
}
