import type { Numbers } from './train-step.ts';

/** Weighted means by name, over as many numbers as each name was given. */
export interface Means {
  add(numbers: Numbers, weight?: number): void;
  values(): Record<string, number>;
}

export function createMeans(): Means {
  const sums = new Map<string, { sum: number; weight: number }>();
  return {
    add(numbers, weight = 1) {
      for (const [name, value] of Object.entries(numbers)) {
        const before = sums.get(name) ?? { sum: 0, weight: 0 };
        sums.set(name, { sum: before.sum + value * weight, weight: before.weight + weight });
      }
    },
    values: () => Object.fromEntries([...sums].map(([name, { sum, weight }]) => [name, sum / weight])),
  };
}
