import * as tf from '@tensorflow/tfjs';
import type { Case, Input } from './check.ts';
import { build, get, map, zip, type Doubles } from './doubles.ts';
import { TOLERANCE } from './tolerances.ts';

const { exact, rounding, function: functions } = TOLERANCE;

/** Odd and above one workgroup; divisible by four and below; of one value. */
const SHAPES = [[7, 43], [4, 8], [1]];

interface Unary {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly truth: (x: number) => number;
  readonly tolerance: number;
  readonly gradient?: boolean;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Series and continued fraction of the error function, to double precision. */
function erf(x: number): number {
  const a = Math.abs(x);
  let term = a;
  let total = a;
  for (let n = 1; n < 200; n++) {
    term *= -(a * a) / n;
    total += term / (2 * n + 1);
  }
  return (Math.sign(x) * 2 * total) / Math.sqrt(Math.PI);
}

const [SELU_SCALE, SELU_ALPHA] = [1.0507009873554805, 1.6732632423543772];

/** Half to even, as TensorFlow rounds. */
function round(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

const unary: Unary[] = [
  { name: 'abs', from: -3, to: 3, truth: Math.abs, tolerance: rounding },
  { name: 'neg', from: -3, to: 3, truth: (x) => -x, tolerance: rounding },
  { name: 'square', from: -3, to: 3, truth: (x) => x * x, tolerance: rounding },
  { name: 'sqrt', from: 0.01, to: 5, truth: Math.sqrt, tolerance: rounding },
  { name: 'rsqrt', from: 0.1, to: 5, truth: (x) => 1 / Math.sqrt(x), tolerance: rounding },
  { name: 'reciprocal', from: 0.5, to: 4, truth: (x) => 1 / x, tolerance: rounding },
  { name: 'relu', from: -3, to: 3, truth: (x) => Math.max(x, 0), tolerance: rounding },
  { name: 'relu6', from: -9, to: 9, truth: (x) => Math.min(Math.max(x, 0), 6), tolerance: rounding },
  { name: 'exp', from: -5, to: 5, truth: Math.exp, tolerance: functions },
  { name: 'expm1', from: -3, to: 3, truth: Math.expm1, tolerance: functions },
  { name: 'log', from: 0.01, to: 5, truth: Math.log, tolerance: functions },
  { name: 'log1p', from: -0.5, to: 5, truth: Math.log1p, tolerance: functions },
  { name: 'sigmoid', from: -12, to: 12, truth: sigmoid, tolerance: functions },
  { name: 'tanh', from: -9, to: 9, truth: Math.tanh, tolerance: functions },
  {
    name: 'softplus',
    from: -40,
    to: 40,
    truth: (x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0),
    tolerance: functions,
  },
  { name: 'logSigmoid', from: -9, to: 9, truth: (x) => -Math.log1p(Math.exp(-x)), tolerance: functions },
  { name: 'elu', from: -3, to: 3, truth: (x) => (x >= 0 ? x : Math.expm1(x)), tolerance: functions },
  {
    name: 'selu',
    from: -3,
    to: 3,
    truth: (x) => SELU_SCALE * (x >= 0 ? x : SELU_ALPHA * Math.expm1(x)),
    tolerance: functions,
  },
  { name: 'erf', from: -3, to: 3, truth: erf, tolerance: functions },
  { name: 'sin', from: -3.1, to: 3.1, truth: Math.sin, tolerance: functions },
  { name: 'cos', from: -3.1, to: 3.1, truth: Math.cos, tolerance: functions },
  { name: 'tan', from: -1, to: 1, truth: Math.tan, tolerance: functions },
  { name: 'asin', from: -0.99, to: 0.99, truth: Math.asin, tolerance: functions },
  { name: 'acos', from: -0.99, to: 0.99, truth: Math.acos, tolerance: functions },
  { name: 'atan', from: -3, to: 3, truth: Math.atan, tolerance: functions },
  { name: 'sinh', from: -3, to: 3, truth: Math.sinh, tolerance: functions },
  { name: 'cosh', from: -3, to: 3, truth: Math.cosh, tolerance: functions },
  { name: 'asinh', from: -3, to: 3, truth: Math.asinh, tolerance: functions },
  { name: 'acosh', from: 1.1, to: 3, truth: Math.acosh, tolerance: functions },
  { name: 'atanh', from: -0.9, to: 0.9, truth: Math.atanh, tolerance: functions },
  { name: 'sign', from: -2, to: 2, truth: Math.sign, tolerance: exact, gradient: false },
  { name: 'floor', from: -4, to: 4, truth: Math.floor, tolerance: exact, gradient: false },
  { name: 'ceil', from: -4, to: 4, truth: Math.ceil, tolerance: exact, gradient: false },
  { name: 'round', from: -4, to: 4, truth: round, tolerance: exact, gradient: false },
  { name: 'step', from: -2, to: 2, truth: (x) => (x > 0 ? 1 : 0), tolerance: exact, gradient: false },
];

const unaryCases = unary.flatMap(({ name, from, to, truth, tolerance, gradient = true }) =>
  SHAPES.map((shape): Case => ({
    name: `${name} [${shape.join()}]`,
    inputs: [{ shape, from, to }],
    op: (x) => (tf as unknown as Record<string, (x: tf.Tensor) => tf.Tensor>)[name](x),
    truth: (x) => map(x, truth),
    gradient: gradient && shape.length > 1, // one value may lie where the function is flat
    tolerance,
  })),
);

/** Odd, in fours, a row over rows (shared memory), one value over many, a column over rows. */
const PAIRS: [number[], number[]][] = [
  [
    [5, 7, 9],
    [5, 7, 9],
  ],
  [
    [40, 32],
    [40, 32],
  ],
  [[40, 31], [31]],
  [[40, 32], [32]],
  [[40, 32], [1]],
  [
    [40, 1],
    [1, 32],
  ],
  [
    [2, 3, 2, 3, 4],
    [3, 1, 3, 4],
  ],
];

interface Binary {
  readonly name: string;
  readonly truth: (x: number, y: number) => number;
  readonly tolerance: number;
  readonly from?: number;
  readonly to?: number;
  readonly gradient?: boolean;
}

const floorMod = (x: number, y: number): number => x - y * Math.floor(x / y);

const binary: Binary[] = [
  { name: 'add', truth: (x, y) => x + y, tolerance: rounding },
  { name: 'sub', truth: (x, y) => x - y, tolerance: rounding },
  { name: 'mul', truth: (x, y) => x * y, tolerance: rounding },
  { name: 'div', truth: (x, y) => x / y, tolerance: rounding, from: 0.5, to: 2 },
  { name: 'maximum', truth: Math.max, tolerance: rounding },
  { name: 'minimum', truth: Math.min, tolerance: rounding },
  { name: 'squaredDifference', truth: (x, y) => (x - y) ** 2, tolerance: rounding },
  { name: 'pow', truth: Math.pow, tolerance: functions, from: 0.5, to: 2 },
  { name: 'atan2', truth: Math.atan2, tolerance: functions, from: 0.2, to: 1 },
  { name: 'mod', truth: floorMod, tolerance: functions, from: 0.5, to: 4, gradient: false },
  { name: 'greater', truth: (x, y) => Number(x > y), tolerance: exact, gradient: false },
  { name: 'greaterEqual', truth: (x, y) => Number(x >= y), tolerance: exact, gradient: false },
  { name: 'less', truth: (x, y) => Number(x < y), tolerance: exact, gradient: false },
  { name: 'lessEqual', truth: (x, y) => Number(x <= y), tolerance: exact, gradient: false },
  { name: 'equal', truth: (x, y) => Number(x === y), tolerance: exact, gradient: false },
  { name: 'notEqual', truth: (x, y) => Number(x !== y), tolerance: exact, gradient: false },
];

/** TensorFlow.js forgets in their gradients to sum over what was repeated, on every backend, and says so. */
const SAME_SHAPE = new Set(['maximum', 'minimum', 'squaredDifference']);

type BinaryOp = (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;
const named = (name: string): BinaryOp => (tf as unknown as Record<string, BinaryOp>)[name];

const binaryCases = binary.flatMap(({ name, truth, tolerance, from, to, gradient = true }) =>
  PAIRS.map(([a, b]): Case => ({
    name: `${name} [${a.join()}] [${b.join()}]`,
    inputs: [
      { shape: a, from, to },
      { shape: b, from, to },
    ],
    op: named(name),
    truth: (x, y) => zip(x, y, truth),
    gradient: gradient && (a.join() === b.join() || !SAME_SHAPE.has(name)),
    // Sums over what was repeated.
    tolerance: gradient ? Math.max(tolerance, TOLERANCE.sum) : tolerance,
  })),
);

/** Whole numbers and booleans: exact. */
const wholeBinary: Binary[] = [
  { name: 'add', truth: (x, y) => x + y, tolerance: exact },
  { name: 'sub', truth: (x, y) => x - y, tolerance: exact },
  { name: 'mul', truth: (x, y) => x * y, tolerance: exact },
  { name: 'maximum', truth: Math.max, tolerance: exact },
  { name: 'minimum', truth: Math.min, tolerance: exact },
  { name: 'squaredDifference', truth: (x, y) => (x - y) ** 2, tolerance: exact },
  { name: 'pow', truth: (x, y) => x ** y, tolerance: exact, from: 0, to: 7 },
  { name: 'mod', truth: floorMod, tolerance: exact, from: 1, to: 9 },
  { name: 'floorDiv', truth: (x, y) => Math.floor(x / y), tolerance: exact, from: 1, to: 9 },
  { name: 'equal', truth: (x, y) => Number(x === y), tolerance: exact },
];

const wholeCases = wholeBinary.flatMap(({ name, truth, from, to }) =>
  PAIRS.slice(0, 5).map(([a, b]): Case => ({
    name: `${name} of whole numbers [${a.join()}] [${b.join()}]`,
    inputs: [
      { shape: a, dtype: 'int32', from: name === 'pow' ? -5 : -40, to: name === 'pow' ? 5 : 40 },
      { shape: b, dtype: 'int32', from, to },
    ],
    op: named(name),
    truth: (x, y) => zip(x, y, truth),
    tolerance: exact,
  })),
);

const bool = (shape: number[]): Input => ({ shape, dtype: 'bool' });
const booleanCases: Case[] = [
  ...(['logicalAnd', 'logicalOr', 'logicalXor'] as const).map((name): Case => ({
    name,
    inputs: [bool([40, 31]), bool([40, 31])],
    op: (x, y) => tf[name](x, y),
    truth: (x, y) =>
      zip(x, y, (a, b) => (name === 'logicalAnd' ? a & b : name === 'logicalOr' ? a | b : a ^ b)),
    tolerance: exact,
  })),
  {
    name: 'logicalNot',
    inputs: [bool([40, 31])],
    op: (x) => tf.logicalNot(x),
    truth: (x) => map(x, (a) => 1 - a),
    tolerance: exact,
  },
];

const [float, int] = [{ from: -9, to: 9 }, { dtype: 'int32' as const }];
const castCases: Case[] = [
  {
    name: 'cast float32 to int32',
    inputs: [{ shape: [40, 31], ...float }],
    op: (x) => tf.cast(x, 'int32'),
    truth: (x) => map(x, (a) => Math.trunc(a) + 0),
    tolerance: exact,
  },
  {
    name: 'cast float32 to bool',
    inputs: [{ shape: [40, 31], values: [0, 0.5, -3, 1e-3, 2] }],
    op: (x) => tf.cast(x, 'bool'),
    truth: (x) => map(x, (a) => Number(a !== 0)),
    tolerance: exact,
  },
  {
    name: 'cast int32 to float32',
    inputs: [{ shape: [40, 31], ...int }],
    op: (x) => tf.cast(x, 'float32'),
    truth: (x) => x,
    tolerance: exact,
  },
  {
    name: 'cast int32 to bool',
    inputs: [{ shape: [40, 31], ...int }],
    op: (x) => tf.cast(x, 'bool'),
    truth: (x) => map(x, (a) => Number(a !== 0)),
    tolerance: exact,
  },
  {
    name: 'cast bool to float32',
    inputs: [bool([40, 31])],
    op: (x) => tf.cast(x, 'float32'),
    truth: (x) => x,
    tolerance: exact,
  },
  {
    name: 'cast bool to int32',
    inputs: [bool([40, 31])],
    op: (x) => tf.cast(x, 'int32'),
    truth: (x) => x,
    tolerance: exact,
  },
];

/** No number, and infinity. Values of float32 are given so that the references hold the same. */
const ODD = { shape: [40, 31], values: [NaN, 1, -1, Infinity, -Infinity, 0, 2] };
const oddCases: Case[] = [
  {
    name: 'isNaN',
    inputs: [ODD],
    op: (x) => tf.isNaN(x),
    truth: (x) => map(x, (a) => Number(Number.isNaN(a))),
    tolerance: exact,
  },
  {
    name: 'isInf',
    inputs: [ODD],
    op: (x) => tf.isInf(x),
    truth: (x) => map(x, (a) => Number(Math.abs(a) === Infinity)),
    tolerance: exact,
  },
  {
    name: 'isFinite',
    inputs: [ODD],
    op: (x) => tf.isFinite(x),
    truth: (x) => map(x, (a) => Number(Number.isFinite(a))),
    tolerance: exact,
  },
  {
    name: 'add keeps NaN and infinity',
    inputs: [ODD],
    op: (x) => tf.add(x, 1),
    truth: (x) => map(x, (a) => a + 1),
    tolerance: exact,
  },
];

export function select(condition: Doubles, a: Doubles, b: Doubles): Doubles {
  return build(a.shape, (at) => (get(condition, at) ? get(a, at) : get(b, at)));
}

const whereCases = [[97], [40, 31], [5, 6, 41], [3, 4, 5, 21], [3, 2, 5, 3, 14], [2, 3, 2, 3, 2, 18]].flatMap(
  (shape): Case[] => [
    {
      name: `where of rank ${shape.length}`,
      inputs: [{ shape }, { shape }, { shape, from: -1, to: 1 }],
      op: (x, y, c) => tf.where(tf.greater(c, 0), x, y),
      truth: (x, y, c) =>
        select(
          map(c, (value) => Number(value > 0)),
          x,
          y,
        ),
      gradient: false,
      tolerance: exact,
    },
    {
      name: `where of rank ${shape.length}, whole numbers`,
      inputs: [bool(shape), { shape, ...int }, { shape, ...int }],
      op: (c, x, y) => tf.where(c, x, y),
      truth: select,
      tolerance: exact,
    },
  ],
);

export const elementwise: readonly Case[] = [
  ...unaryCases,
  ...binaryCases,
  ...wholeCases,
  ...booleanCases,
  ...castCases,
  ...oddCases,
  ...whereCases,
  {
    name: 'clipByValue',
    inputs: [{ shape: [40, 31] }],
    op: (x) => tf.clipByValue(x, -0.3, 0.4),
    truth: (x) => map(x, (a) => Math.min(Math.max(a, Math.fround(-0.3)), Math.fround(0.4))),
    gradient: true,
    tolerance: rounding,
  },
  {
    name: 'prelu',
    inputs: [{ shape: [40, 31] }, { shape: [31], from: 0.1, to: 0.5 }],
    op: (x, a) => tf.prelu(x, a),
    truth: (x, a) => zip(x, a, (u, v) => (u >= 0 ? u : v * u)),
    gradient: true,
    tolerance: TOLERANCE.sum,
  },
];
