import type { FusedStructure } from './structure-fusion.ts';
import { clamp, type Evidence, type Truth } from './truth.ts';
import type { VotePatterns } from './vote-patterns.ts';

/** Sensitivity p and specificity q of each annotator, clipped into (0, 1): [m] each. */
interface Rates {
  readonly p: Float64Array;
  readonly q: Float64Array;
}

export interface EmSettings {
  readonly start: 'vote' | 'publication';
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly clip: number;
}

interface Input extends EmSettings {
  readonly patterns: VotePatterns;
  /** Pixels that count in the estimate, by pattern: [t]. */
  readonly counts: Float64Array;
  readonly truth: Truth;
}

// Warfield et al. 2004 start with raters who are nearly always right.
const NEARLY_ALWAYS = 0.99999;

/**
 * Expectation-maximisation over a hidden binary truth: the E-step expects, from rates and prior, how many pixels of each
 * vote pattern are foreground (a job of `truth`); the M-step reads the rates off those numbers. In log space.
 * Converged when the squared changes of all rates sum to less than `tolerance`.
 */
export function maximiseExpectation(input: Input): FusedStructure {
  const { patterns, counts, truth, tolerance, maxIterations } = input;
  const losses: number[] = [];
  let rates = startingRates(input);
  let converged = false;
  while (!converged && losses.length < maxIterations) {
    const { inside, loss } = truth.expect(evidence(patterns, rates));
    const next = readRates(input, inside, rates);
    converged = squaredChange(rates, next) < tolerance;
    rates = next;
    losses.push(loss);
  }
  truth.expect(evidence(patterns, rates));
  // What no pixel is expected of cannot be told: no share then, rather than the one it started with.
  const inside = truth.inside.reduce((sum, one) => sum + one, 0);
  const all = counts.reduce((sum, one) => sum + one, 0);
  const { p, q } = rates;
  return {
    fused: truth.posterior(),
    performance: patterns.annotators.map((_, j) => ({
      sensitivity: inside > 0 ? p[j] : null,
      specificity: inside < all ? q[j] : null,
    })),
    weights: patterns.annotators.map((_, j) => Math.max(0, p[j] + q[j] - 1)),
    iterations: losses.length,
    converged,
    losses: losses.every(Number.isFinite) ? losses : [],
  };
}

function startingRates(input: Input): Rates {
  const { patterns, counts, start } = input;
  const m = patterns.annotators.length;
  const fallback = { p: new Float64Array(m).fill(NEARLY_ALWAYS), q: new Float64Array(m).fill(NEARLY_ALWAYS) };
  if (start === 'publication') return fallback;
  const inside = counts.map((count, t) => count * patterns.shares[t]);
  return readRates(input, inside, fallback);
}

function evidence({ votes, counts }: VotePatterns, { p, q }: Rates): Evidence {
  const m = p.length;
  const [yes, missed] = [p.map(Math.log), p.map((x) => Math.log1p(-x))];
  const [no, invented] = [q.map(Math.log), q.map((x) => Math.log1p(-x))];
  const [one, zero] = [new Float64Array(counts.length), new Float64Array(counts.length)];
  for (let t = 0; t < counts.length; t++) {
    for (let j = 0; j < m; j++) {
      const vote = votes[t * m + j];
      one[t] += vote ? yes[j] : missed[j];
      zero[t] += vote ? invented[j] : no[j];
    }
  }
  return { one, zero };
}

/** The M-step; a rate that rests on no pixel stays as it was. */
function readRates({ patterns, counts, clip }: Input, inside: Float64Array, last: Rates): Rates {
  const { votes } = patterns;
  const m = last.p.length;
  const [hits, rejections] = [new Float64Array(m), new Float64Array(m)];
  let [foreground, background] = [0, 0];
  for (let t = 0; t < counts.length; t++) {
    const outside = counts[t] - inside[t];
    foreground += inside[t];
    background += outside;
    for (let j = 0; j < m; j++) {
      if (votes[t * m + j]) hits[j] += inside[t];
      else rejections[j] += outside;
    }
  }
  const rate = (parts: Float64Array, whole: number, before: Float64Array) =>
    parts.map((part, j) => (whole > 0 ? clamp(part / whole, clip) : before[j]));
  return { p: rate(hits, foreground, last.p), q: rate(rejections, background, last.q) };
}

function squaredChange(a: Rates, b: Rates): number {
  return a.p.reduce((sum, p, j) => sum + (p - b.p[j]) ** 2 + (a.q[j] - b.q[j]) ** 2, 0);
}
