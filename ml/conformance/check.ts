import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../random.ts';
import { map, sizeOf, type Doubles } from './doubles.ts';

export interface Case {
  readonly name: string;
  readonly inputs: readonly Input[];
  /** What the backend computes. */
  readonly op: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** The same in double precision. */
  readonly truth: (...inputs: Doubles[]) => Doubles;
  /** Whether gradients are compared, with differences of the truth. */
  readonly gradient?: boolean;
  /** Largest allowed deviation, as a share of the truth's largest value. */
  readonly tolerance: number;
  /** Whether a backend may refuse it by an error, as TensorFlow does where it has no kernel for the type. */
  readonly mayRefuse?: boolean;
}

export interface Input {
  readonly shape: readonly number[];
  readonly dtype?: 'float32' | 'int32' | 'bool';
  /** Uniform between these, or whole numbers from one to the other. */
  readonly from?: number;
  readonly to?: number;
  /** Given values instead. */
  readonly values?: readonly number[];
}

export interface Found {
  /** Share of the truth's largest value by which the result is off. */
  readonly value: number;
  /** The same of the gradients, each by its own largest value; 0 where none is compared. */
  readonly gradient: number;
  /** Shape or type of the result, where they are not the truth's. */
  readonly shape?: string;
}

/** Values of the gradient that are compared, by input: differences cost two truths each. */
const COMPARED = 6;
const STEP = 1e-6;

/** Runs the case on the current backend. */
export function check(one: Case): Found {
  const inputs = one.inputs.map((input, k) => numbers(`${one.name} ${k}`, input));
  return tf.tidy(() => {
    const tensors = inputs.map(({ shape, values }, k) =>
      tf.tensor(Array.from(values), [...shape], one.inputs[k].dtype ?? 'float32'),
    );
    const truth = one.truth(...inputs);
    const found = one.op(...tensors);
    if (found.shape.join() !== truth.shape.join())
      return { value: Infinity, gradient: 0, shape: `[${found.shape.join()}] for [${truth.shape.join()}]` };
    const value = deviation(found.dataSync(), truth.values);
    return { value, gradient: one.gradient ? gradientDeviation(one, inputs, tensors) : 0 };
  });
}

function numbers(key: string, { shape, dtype, from, to, values }: Input): Doubles {
  const size = sizeOf(shape);
  if (values)
    return {
      shape,
      values: Float64Array.from({ length: size }, (_, k) => Math.fround(values[k % values.length])),
    };
  const random = createRandom('conformance', key);
  const [low, high] = [
    from ?? (dtype === 'int32' ? -9 : dtype === 'bool' ? 0 : -1),
    to ?? (dtype === 'int32' ? 9 : 1),
  ];
  const whole = dtype === 'int32' || dtype === 'bool';
  const draw = () =>
    whole ? low + Math.floor(random() * (high - low + 1)) : Math.fround(low + random() * (high - low));
  return { shape, values: Float64Array.from({ length: size }, draw) };
}

/** Infinite where one is a number and the other is not. */
function deviation(found: ArrayLike<number>, truth: Float64Array): number {
  if (found.length !== truth.length) return Infinity;
  const finite = truth.filter(Number.isFinite).map(Math.abs);
  const scale = finite.reduce((a, b) => Math.max(a, b), 0) || 1;
  let most = 0;
  for (let k = 0; k < truth.length; k++) {
    if (Object.is(found[k], truth[k]) || found[k] === truth[k]) continue;
    const off = Math.abs(found[k] - truth[k]) / scale;
    most = Math.max(most, Number.isNaN(off) ? Infinity : off);
  }
  return most;
}

function gradientDeviation({ name, op, truth }: Case, inputs: Doubles[], tensors: tf.Tensor[]): number {
  const random = createRandom('conformance loss', name);
  const weights = map(truth(...inputs), () => Math.fround(2 * random() - 1));
  const loss = (...values: Doubles[]) =>
    truth(...values).values.reduce((total, value, k) => total + value * weights.values[k], 0);
  const scale = tf.tensor(Array.from(weights.values), [...weights.shape]);
  const gradients = tf.grads((...x: tf.Tensor[]) => tf.sum(tf.mul(op(...x), scale)))(tensors);
  return inputs.reduce((most, input, k) => {
    const places = somePlaces(input.values.length, random);
    const slope = (place: number) => {
      const at = (by: number) => loss(...inputs.map((x, i) => (i === k ? moved(x, place, by) : x)));
      return (at(STEP) - at(-STEP)) / (2 * STEP);
    };
    const values = gradients[k].dataSync();
    const expected = Float64Array.from(places, slope);
    return Math.max(
      most,
      deviation(
        places.map((place) => values[place]),
        expected,
      ),
    );
  }, 0);
}

function somePlaces(size: number, random: () => number): number[] {
  if (size <= COMPARED) return Array.from({ length: size }, (_, k) => k);
  return Array.from({ length: COMPARED }, () => Math.floor(random() * size));
}

function moved({ shape, values }: Doubles, place: number, by: number): Doubles {
  const changed = values.slice();
  changed[place] += by;
  return { shape, values: changed };
}
