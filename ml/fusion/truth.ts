import type { SoftValues } from './soft-values.ts';
import { isUnanimous, toPixels, type VotePatterns } from './vote-patterns.ts';

export interface Evidence {
  /** Log-likelihood of the pattern's votes where the truth is 1, and where it is 0: [t] each. */
  readonly one: Float64Array;
  readonly zero: Float64Array;
}

/** The hidden truth of an EM: its prior, and what the evidence makes of it. */
export interface Truth {
  /** Foreground pixels expected in each pattern after the last step, of those that count: [t]. */
  readonly inside: Float64Array;
  /** The E-step. `loss` is the negative log-likelihood of the votes, in nats; NaN where it has no closed form. */
  expect(evidence: Evidence): { inside: Float64Array; loss: number };
  /** Probability of foreground after the last step. */
  posterior(): SoftValues;
}

interface PatternInput {
  readonly patterns: VotePatterns;
  /** Pixels that count, by pattern; the others keep their vote, on which all agree. [t] */
  readonly counts: Float64Array;
  readonly prior: number;
  /** Estimates the prior anew after each step, as Dawid and Skene do; STAPLE keeps it. */
  readonly estimatePrior: boolean;
  readonly clip: number;
}

/** One prior for all pixels: every pixel of a pattern has the same posterior. */
export function patternTruth({ patterns, counts, prior, estimatePrior, clip }: PatternInput): Truth {
  const { shares } = patterns;
  const all = counts.reduce((sum, one) => sum + one, 0);
  const probability = shares.slice();
  const inside = new Float64Array(counts.length);
  let f = clamp(prior, clip);
  return {
    inside,
    expect({ one, zero }) {
      let loss = 0;
      for (let t = 0; t < counts.length; t++) {
        if (counts[t] === 0) continue;
        const [a, b] = [Math.log(f) + one[t], Math.log1p(-f) + zero[t]];
        probability[t] = sigmoid(a - b);
        inside[t] = counts[t] * probability[t];
        loss -= counts[t] * logOfSum(a, b);
      }
      if (estimatePrior) f = clamp(inside.reduce((sum, x) => sum + x, 0) / all, clip);
      return { inside, loss };
    },
    posterior: () => ({ byPattern: probability }),
  };
}

interface PixelInput {
  readonly patterns: VotePatterns;
  readonly counts: Float64Array;
  /** Prior of each pixel: [p]. */
  readonly priors: ArrayLike<number>;
  /** Ising coupling of the four neighbours; 0: none. */
  readonly coupling: number;
  readonly sweeps: number;
  readonly clip: number;
}

/** A prior of its own for each pixel, and neighbours that pull on each other: an iteration costs pixels. */
export function pixelTruth({ patterns, counts, priors, coupling, sweeps, clip }: PixelInput): Truth {
  const { ofRows, height, width, shares } = patterns;
  const ofPixel = ofRows({ from: 0, to: height });
  const posterior = toPixels(patterns, shares);
  const inside = new Float64Array(counts.length);
  const priorLogits = Float64Array.from(priors, (share) => logit(clamp(share, clip)));
  const field = new Float64Array(ofPixel.length);
  const disputed = Int32Array.from(ofPixel.keys()).filter((pixel) => counts[ofPixel[pixel]] > 0);
  return {
    inside,
    expect({ one, zero }) {
      let loss = 0;
      for (const pixel of disputed) {
        const t = ofPixel[pixel];
        field[pixel] = priorLogits[pixel] + one[t] - zero[t];
        posterior[pixel] = sigmoid(field[pixel]);
        const f = clamp(priors[pixel], clip);
        loss -= logOfSum(Math.log(f) + one[t], Math.log1p(-f) + zero[t]);
      }
      for (let sweep = 0; coupling > 0 && sweep < sweeps; sweep++) {
        for (const pixel of disputed) {
          posterior[pixel] = sigmoid(field[pixel] + coupling * pull(posterior, pixel, width));
        }
      }
      inside.fill(0);
      for (const pixel of disputed) inside[ofPixel[pixel]] += posterior[pixel];
      return { inside, loss: coupling > 0 ? NaN : loss };
    },
    posterior: () => ({ byPixel: posterior }),
  };
}

/** Sum of 2W − 1 over the four neighbours that lie in the image. */
function pull(posterior: Float32Array, pixel: number, width: number): number {
  const column = pixel % width;
  let sum = 0;
  if (column > 0) sum += 2 * posterior[pixel - 1] - 1;
  if (column < width - 1) sum += 2 * posterior[pixel + 1] - 1;
  if (pixel >= width) sum += 2 * posterior[pixel - width] - 1;
  if (pixel + width < posterior.length) sum += 2 * posterior[pixel + width] - 1;
  return sum;
}

/** Pixels that count: all, or only those on which raters disagree. */
export function countsOf({ counts, shares }: VotePatterns, disputedOnly: boolean): Float64Array {
  return disputedOnly ? counts.map((count, t) => (isUnanimous(shares[t]) ? 0 : count)) : counts;
}

/** Share of foreground votes among the pixels that count. */
export function meanShare({ shares }: VotePatterns, counts: Float64Array): number {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count, t) => sum + count * shares[t], 0) / all;
}

const logit = (share: number): number => Math.log(share) - Math.log1p(-share);

function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** log(e^a + e^b) without overflow. */
function logOfSum(a: number, b: number): number {
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

export function clamp(share: number, clip: number): number {
  return Math.min(1 - clip, Math.max(clip, share));
}
