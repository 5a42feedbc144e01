import type { Classes, Placements, SubjectImages } from './placements.ts';

/** Variance of an AUC or of a difference of two; or, in words, why the images do not tell it. */
export type AucVariance =
  { readonly variance: number; readonly method: 'delong' | 'obuchowski' } | { readonly none: string };

/**
 * Variance of an AUC, or of a difference of AUCs of the same images. With one image a subject that of DeLong, DeLong
 * and Clarke-Pearson (Biometrics 1988); with several that of Obuchowski (Nonparametric analysis of clustered ROC curve
 * data, Biometrics 1997), which sums the components of each subject and adds the covariance of its positive and
 * negative images. With one image a subject the second is the first.
 *
 * None where a class has fewer than two subjects: one image has no spread, which is not to say that it has none.
 */
export function aucVariance(placements: Placements, { subjects }: Pick<Classes, 'subjects'>): AucVariance {
  const withPositives = subjects.filter(({ positives }) => positives.length > 0).length;
  const withNegatives = subjects.filter(({ negatives }) => negatives.length > 0).length;
  const none = tooFew(withPositives, withNegatives);
  if (none) return { none };
  const sums = subjects.map((images) => sumsOf(placements, images));
  const [m, n] = [placements.byPositive.length, placements.byNegative.length];
  const positive = (withPositives / (withPositives - 1)) * sumOf(sums, ([x]) => x * x);
  const negative = (withNegatives / (withNegatives - 1)) * sumOf(sums, ([, y]) => y * y);
  const both = (subjects.length / (subjects.length - 1)) * sumOf(sums, ([x, y]) => x * y);
  const variance = positive / m ** 2 + negative / n ** 2 + (2 * both) / (m * n);
  // Components are multiples of 1 / mn: anything below is rounding.
  if (!(variance > Number.EPSILON)) return { none: 'the variance is 0' };
  return { variance, method: subjects.length < m + n ? 'obuchowski' : 'delong' };
}

/** Deviations from the AUC, summed over a subject's positive and over its negative images. */
function sumsOf(
  { value, byPositive, byNegative }: Placements,
  { positives, negatives }: SubjectImages,
): readonly [number, number] {
  return [
    positives.reduce((sum, i) => sum + byPositive[i] - value, 0),
    negatives.reduce((sum, j) => sum + byNegative[j] - value, 0),
  ];
}

const sumOf = <T>(items: readonly T[], number: (item: T) => number): number =>
  items.reduce((sum, item) => sum + number(item), 0);

/** In words, what class has too few subjects for a spread; null where both have enough. */
export function tooFew(withPositives: number, withNegatives: number): string | null {
  if (withPositives >= 2 && withNegatives >= 2) return null;
  const [count, what] = withPositives < 2 ? [withPositives, 'positive'] : [withNegatives, 'negative'];
  return `only ${count === 1 ? 'one subject has' : 'no subject has'} ${what} images`;
}
