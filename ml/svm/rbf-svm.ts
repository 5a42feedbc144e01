import { requireTensor, type Fitted } from '../fitted.ts';
import { solveSvm } from './libsvm.ts';

export interface RbfSvmInput {
  /** A row of features an image. */
  readonly features: readonly (readonly number[])[];
  readonly labels: readonly (0 | 1)[];
  /** Bound C of the dual coefficients, before the class weights. */
  readonly cost: number;
  /** 'scale': 1 / (features · variance of all standardised values), 1 where nothing varies. */
  readonly gamma: number | 'scale';
  /** Aborting stops at once and throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Support vector machine with a radial kernel on standardised features (Cortes and Vapnik 1995), each class weighted by
 * n / (2 · its rows), so that both count alike. As scikit-learn's StandardScaler and SVC(class_weight='balanced').
 */
export async function fitRbfSvm({ features, labels, cost, gamma, signal }: RbfSvmInput): Promise<Fitted> {
  const { means, deviations } = momentsOf(features);
  const rows = features.map((row) => standardised(row, means, deviations));
  const width = gamma === 'scale' ? scaleOf(rows) : gamma;
  const positive = labels.filter((label) => label === 1).length;
  const negative = labels.length - positive;
  const weight = { 0: labels.length / (2 * negative), 1: labels.length / (2 * positive) };
  const { support, coefficients, intercept } = await solveSvm(
    { rows, labels, cost, gamma: width, weight },
    signal,
  );
  const vectors = support.flatMap((index) => rows[index]);
  return {
    tensors: new Map([
      ['means', vector(means)],
      ['deviations', vector(deviations)],
      ['vectors', { shape: [support.length, means.length], values: Float32Array.from(vectors) }],
      ['coefficients', vector(coefficients)],
      ['gamma', vector([width])],
      ['intercept', vector([intercept])],
    ]),
  };
}

/** Distance from the boundary in the kernel's space, up to a factor; positive for class 1. */
export function decideRbfSvm(fitted: Fitted, row: readonly number[]): number {
  const numbers = (name: string): Float32Array => requireTensor(fitted, name).values;
  const [coefficients, vectors] = [numbers('coefficients'), numbers('vectors')];
  const [gamma, intercept] = [numbers('gamma')[0], numbers('intercept')[0]];
  const x = standardised(row, numbers('means'), numbers('deviations'));
  return coefficients.reduce((sum, coefficient, k) => {
    const distance = x.reduce((total, value, j) => total + (value - vectors[k * x.length + j]) ** 2, 0);
    return sum + coefficient * Math.exp(-gamma * distance);
  }, intercept);
}

const vector = (values: readonly number[]) => ({
  shape: [values.length],
  values: Float32Array.from(values),
});

function momentsOf(rows: readonly (readonly number[])[]): { means: number[]; deviations: number[] } {
  const means = rows[0].map((_, j) => mean(rows.map((row) => row[j])));
  const deviations = means.map((centre, j) => Math.sqrt(mean(rows.map((row) => (row[j] - centre) ** 2))));
  // A feature that is the same everywhere tells nothing; divided by 1 it stays at 0.
  return { means, deviations: deviations.map((deviation) => deviation || 1) };
}

const standardised = (row: readonly number[], means: ArrayLike<number>, deviations: ArrayLike<number>) =>
  row.map((value, j) => (value - means[j]) / deviations[j]);

function scaleOf(rows: readonly (readonly number[])[]): number {
  const values = rows.flat();
  const centre = mean(values);
  const variance = mean(values.map((value) => (value - centre) ** 2));
  return variance > 0 ? 1 / (rows[0].length * variance) : 1;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
