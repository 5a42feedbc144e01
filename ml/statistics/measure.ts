/** One number with its interval. Where it is undefined, `value` is null and `note` says why: never a silent NaN. */
export interface Measure {
  readonly value: number | null;
  /** Bounds of the 95 % interval, or null where there is none. */
  readonly low: number | null;
  readonly high: number | null;
  /** How the interval was made: 'delong', 'bootstrap', or null. */
  readonly interval: string | null;
  /** Images that entered. */
  readonly count: number;
  /** Images for which it was undefined and which did not enter. */
  readonly undefinedCount: number;
  readonly note: string | null;
}

export function undefinedMeasure(note: string, undefinedCount: number): Measure {
  return { value: null, low: null, high: null, interval: null, count: 0, undefinedCount, note };
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Quantile by linear interpolation between order statistics (R's type 7). `sorted` ascends and is not empty. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}
