/** A number with its 95 % interval. Null if it is undefined. */
export interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** The interval as tables have it. */
export function interval({ low, high }: Pick<Estimate, 'low' | 'high'>): string {
  return low === null || high === null ? '–' : `${low.toFixed(3)}–${high.toFixed(3)}`;
}
