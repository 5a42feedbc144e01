import * as tf from '@tensorflow/tfjs';
import type { Case, Input } from './check.ts';
import { build, get, map, mean, reduce, sum, transpose, zip, type Doubles } from './doubles.ts';
import { TOLERANCE } from './tolerances.ts';

const { exact, rounding } = TOLERANCE;
const TYPES = ['float32', 'int32', 'bool'] as const;
type Type = (typeof TYPES)[number];

const ORDERS = [
  [1, 0],
  [0, 2, 1],
  [2, 0, 1],
  [0, 2, 3, 1],
  [3, 1, 2, 0],
  [4, 0, 3, 1, 2],
  [5, 3, 1, 0, 2, 4],
];
const SIDES = [
  [41, 33],
  [5, 17, 19],
  [3, 7, 9, 8],
  [3, 4, 5, 3, 8],
  [2, 3, 4, 3, 5, 4],
];
const shapeOfRank = (rank: number): number[] => SIDES[rank - 2];

const transposes = ORDERS.flatMap((order) =>
  TYPES.map((dtype): Case => ({
    name: `transpose ${order.join()} of ${dtype}`,
    inputs: [{ shape: shapeOfRank(order.length), dtype }],
    op: (x) => tf.transpose(x, order),
    truth: (x) => transpose(x, order),
    gradient: dtype === 'float32',
    tolerance: dtype === 'float32' ? rounding : exact,
  })),
);

const AXES = [
  [[0], [1], [0, 1]],
  [[0], [1], [2], [0, 2]],
  [[1], [3], [0, 1, 2]],
  [[0], [2], [1, 3]],
  [[2, 4]],
];

interface Reduction {
  readonly name: 'sum' | 'mean' | 'max' | 'min' | 'prod' | 'any' | 'all';
  readonly truth: (values: number[]) => number;
  readonly types: readonly Type[];
}

const reductions: Reduction[] = [
  { name: 'sum', truth: sum, types: TYPES },
  { name: 'mean', truth: mean, types: TYPES },
  { name: 'max', truth: (values) => Math.max(...values), types: TYPES },
  { name: 'min', truth: (values) => Math.min(...values), types: TYPES },
  { name: 'any', truth: (values) => Number(values.some(Boolean)), types: ['bool'] },
  { name: 'all', truth: (values) => Number(values.every(Boolean)), types: ['bool'] },
];

const reduceCases = reductions.flatMap(({ name, truth, types }) =>
  types.flatMap((dtype) =>
    AXES.flatMap((list, k) =>
      list.map((axes): Case => ({
        name: `${name} of ${dtype}, rank ${k + 2}, axes ${axes.join()}`,
        inputs: [{ shape: shapeOfRank(k + 2), dtype }],
        op: (x) => tf[name](x, axes),
        truth: (x) => reduce(x, axes, truth),
        gradient: dtype === 'float32' && k < 3,
        tolerance: dtype === 'float32' || name === 'mean' ? TOLERANCE.sum : exact,
        mayRefuse: dtype === 'bool' && (name === 'max' || name === 'min'),
      })),
    ),
  ),
);

const bigCases: Case[] = [
  {
    name: 'sum of 300,000',
    inputs: [{ shape: [300_000] }],
    op: (x) => tf.sum(x),
    truth: (x) => ({ shape: [], values: Float64Array.of(x.values.reduce((a, b) => a + b, 0)) }),
    tolerance: TOLERANCE.composed,
  },
  {
    name: 'sum over 5,000 rows',
    inputs: [{ shape: [5000, 7], from: 0, to: 1 }],
    op: (x) => tf.sum(x, 0),
    truth: (x) => reduce(x, [0], sum),
    tolerance: TOLERANCE.sum,
  },
  {
    name: 'prod',
    inputs: [{ shape: [40, 6], from: 0.5, to: 1.5 }],
    op: (x) => tf.prod(x, 1),
    truth: (x) => reduce(x, [1], (values) => values.reduce((a, b) => a * b, 1)),
    gradient: true,
    tolerance: TOLERANCE.sum,
  },
];

const firstBest = (better: (a: number, b: number) => boolean) => (values: number[]) =>
  values.reduce((best, value, k) => (better(value, values[best]) ? k : best), 0);

const TIES: Input[] = [
  { shape: [9, 300], dtype: 'int32', from: 0, to: 3 },
  { shape: [9, 7], dtype: 'int32', from: 0, to: 3 },
  { shape: [9, 300], values: [0.25, 1, 1, 0.5, 1, -1] },
  { shape: [300, 9], dtype: 'int32', from: 0, to: 3 },
];
const argCases = TIES.flatMap((input, k) =>
  (['argMax', 'argMin'] as const).map((name): Case => ({
    name: `${name} with ties, ${input.dtype ?? 'float32'} [${input.shape.join()}]`,
    inputs: [input],
    op: (x) => tf[name](x, k === 3 ? 0 : 1),
    truth: (x) =>
      reduce(x, [k === 3 ? 0 : 1], firstBest(name === 'argMax' ? (a, b) => a > b : (a, b) => a < b)),
    tolerance: exact,
  })),
);

interface Cumulative {
  readonly reverse: boolean;
  readonly exclusive: boolean;
}

function cumulate(x: Doubles, axis: number, { reverse, exclusive }: Cumulative): Doubles {
  return build(x.shape, (at) => {
    let total = 0;
    for (let k = 0; k < x.shape[axis]; k++) {
      const before = reverse ? k > at[axis] : k < at[axis];
      if (before || (k === at[axis] && !exclusive)) total += get(x, at.with(axis, k));
    }
    return total;
  });
}

const cumulativeCases = (['float32', 'int32'] as const).flatMap((dtype) =>
  [0, 1, 2].flatMap((axis) =>
    [
      { reverse: false, exclusive: false },
      { reverse: true, exclusive: true },
    ].map((how): Case => ({
      name: `cumsum of ${dtype} along ${axis}${how.reverse ? ', from the end, without itself' : ''}`,
      inputs: [{ shape: [9, 20, 33], dtype }],
      op: (x) => tf.cumsum(x, axis, how.exclusive, how.reverse),
      truth: (x) => cumulate(x, axis, how),
      tolerance: dtype === 'float32' ? TOLERANCE.sum : exact,
    })),
  ),
);

const addNCases = [2, 7, 8, 9, 20].map((count): Case => ({
  name: `addN of ${count}`,
  inputs: Array.from({ length: count }, () => ({ shape: [40, 31] })),
  op: (...x) => tf.addN(x),
  truth: (...x) => x.reduce((a, b) => zip(a, b, (u, v) => u + v)),
  gradient: count < 10,
  tolerance: TOLERANCE.sum,
}));

const concatCases = [2, 4, 12].map((count): Case => ({
  name: `concat of ${count}`,
  inputs: Array.from({ length: count }, (_, k) => ({ shape: [31, 9, 3 + (k % 3)] })),
  op: (...x) => tf.concat(x, 2),
  truth: (...x) => {
    const widths = x.map(({ shape }) => shape[2]);
    return build([31, 9, sum(widths)], ([i, j, k]) => {
      let part = 0;
      let at = k;
      while (at >= widths[part]) at -= widths[part++];
      return get(x[part], [i, j, at]);
    });
  },
  gradient: true,
  tolerance: rounding,
}));

/** Moves of values, for each type: they are exact. */
function moves(dtype: Type): Case[] {
  const input: Input = { shape: [9, 20, 33], dtype };
  const rows = [5, 0, 8, 8, 2];
  const one = (name: string, op: Case['op'], truth: Case['truth']): Case => ({
    name: `${name} of ${dtype}`,
    inputs: [input],
    op,
    truth,
    gradient: dtype === 'float32',
    tolerance: dtype === 'float32' ? TOLERANCE.sum : exact,
  });
  return [
    one(
      'slice',
      (x) => tf.slice(x, [1, 2, 3], [5, 7, 11]),
      (x) => build([5, 7, 11], ([i, j, k]) => get(x, [i + 1, j + 2, k + 3])),
    ),
    one(
      'reverse',
      (x) => tf.reverse(x, [0, 2]),
      (x) => build(x.shape, ([i, j, k]) => get(x, [8 - i, j, 32 - k])),
    ),
    one(
      'tile',
      (x) => tf.tile(x, [2, 1, 3]),
      (x) => build([18, 20, 99], ([i, j, k]) => get(x, [i % 9, j, k % 33])),
    ),
    one(
      'pad',
      (x) =>
        tf.pad(x, [
          [1, 0],
          [2, 3],
          [0, 4],
        ]),
      (x) =>
        build([10, 25, 37], ([i, j, k]) =>
          i < 1 || j < 2 || j > 21 || k > 32 ? 0 : get(x, [i - 1, j - 2, k]),
        ),
    ),
    one(
      'gather',
      (x) => tf.gather(x, tf.tensor1d(rows, 'int32')),
      (x) => build([5, 20, 33], ([i, j, k]) => get(x, [rows[i], j, k])),
    ),
    one(
      'gather along the second axis',
      (x) => tf.gather(x, tf.tensor1d(rows, 'int32'), 1),
      (x) => build([9, 5, 33], ([i, j, k]) => get(x, [i, rows[j], k])),
    ),
    one(
      'stack',
      (x) => tf.stack([x, x], 1),
      (x) => build([9, 2, 20, 33], ([i, , j, k]) => get(x, [i, j, k])),
    ),
    one(
      'unstack',
      (x) => tf.unstack(x, 1)[3],
      (x) => build([9, 33], ([i, k]) => get(x, [i, 3, k])),
    ),
    one(
      'split',
      (x) => tf.split(x, 4, 1)[2],
      (x) => build([9, 5, 33], ([i, j, k]) => get(x, [i, 10 + j, k])),
    ),
    one(
      'reshape',
      (x) => tf.reshape(x, [60, 99]),
      (x) => ({ shape: [60, 99], values: x.values }),
    ),
    {
      ...one(
        'stridedSlice',
        (x) => tf.stridedSlice(x, [1, 0, 2], [9, 20, 33], [2, 3, 4]),
        (x) => build([4, 7, 8], ([i, j, k]) => get(x, [1 + 2 * i, 3 * j, 2 + 4 * k])),
      ),
      gradient: false,
    },
  ];
}

const scatterCases: Case[] = [
  {
    name: 'scatterND, each row once',
    inputs: [{ shape: [40, 9] }],
    op: (x) =>
      tf.scatterND(
        tf.tensor2d(
          Array.from({ length: 40 }, (_, k) => [(k * 7) % 50]),
          [40, 1],
          'int32',
        ),
        x,
        [50, 9],
      ),
    truth: (x) => {
      const place = new Map(Array.from({ length: 40 }, (_, k) => [(k * 7) % 50, k]));
      return build([50, 9], ([i, j]) => (place.has(i) ? get(x, [place.get(i)!, j]) : 0));
    },
    tolerance: exact,
  },
  {
    name: 'scatterND, rows that meet',
    inputs: [{ shape: [400, 9] }],
    op: (x) =>
      tf.scatterND(
        tf.tensor2d(
          Array.from({ length: 400 }, (_, k) => [k % 50]),
          [400, 1],
          'int32',
        ),
        x,
        [50, 9],
      ),
    truth: (x) =>
      build([50, 9], ([i, j]) => sum(Array.from({ length: 8 }, (_, k) => get(x, [i + 50 * k, j])))),
    tolerance: TOLERANCE.sum,
  },
  {
    name: 'oneHot',
    inputs: [{ shape: [300], dtype: 'int32', from: 0, to: 6 }],
    op: (x) => tf.oneHot(x, 7),
    truth: (x) => build([300, 7], ([i, j]) => Number(get(x, [i]) === j)),
    tolerance: exact,
  },
  {
    name: 'range',
    inputs: [{ shape: [1] }],
    op: () => tf.range(0, 2000, 1),
    truth: () => build([2000], ([i]) => i),
    tolerance: exact,
  },
  {
    name: 'fill',
    inputs: [{ shape: [1] }],
    op: () => tf.fill([40, 31], 0.5),
    truth: () => build([40, 31], () => 0.5),
    tolerance: exact,
  },
];

const softmax = (x: Doubles): Doubles => {
  const rows = reduce(x, [1], (values) => Math.max(...values));
  const powers = build(x.shape, ([i, j]) => Math.exp(get(x, [i, j]) - get(rows, [i])));
  const totals = reduce(powers, [1], sum);
  return build(x.shape, ([i, j]) => get(powers, [i, j]) / get(totals, [i]));
};

const normalised: Case[] = [
  {
    name: 'softmax',
    inputs: [{ shape: [41, 33], from: -9, to: 9 }],
    op: (x) => tf.softmax(x),
    truth: softmax,
    gradient: true,
    tolerance: TOLERANCE.function,
  },
  {
    name: 'logSoftmax',
    inputs: [{ shape: [41, 33], from: -9, to: 9 }],
    op: (x) => tf.logSoftmax(x),
    truth: (x) => map(softmax(x), Math.log),
    gradient: true,
    tolerance: TOLERANCE.function,
  },
  {
    name: 'logSumExp',
    inputs: [{ shape: [41, 33], from: -9, to: 9 }],
    op: (x) => tf.logSumExp(x, 1),
    truth: (x) => reduce(x, [1], (values) => Math.log(sum(values.map(Math.exp)))),
    gradient: true,
    tolerance: TOLERANCE.function,
  },
  {
    name: 'variance of moments',
    inputs: [{ shape: [41, 33], from: 1, to: 3 }],
    op: (x) => tf.moments(x, [0]).variance,
    truth: (x) => reduce(x, [0], (values) => mean(values.map((value) => (value - mean(values)) ** 2))),
    gradient: true,
    tolerance: TOLERANCE.sum,
  },
];

export const shapes: readonly Case[] = [
  ...transposes,
  ...reduceCases,
  ...bigCases,
  ...argCases,
  ...cumulativeCases,
  ...addNCases,
  ...concatCases,
  ...TYPES.flatMap(moves),
  ...scatterCases,
  ...normalised,
];
