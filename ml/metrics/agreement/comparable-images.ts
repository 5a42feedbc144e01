import type { Measure } from '../../statistics/measure.ts';
import type { RaterGroup } from '../metric.ts';
import type { ImageAgreement } from './image-agreement.ts';
import type { PairCounts } from './pair-counts.ts';

/** What the images say of a group of raters, and how many images say nothing. */
export interface Comparable<T> {
  readonly of: readonly T[];
  readonly left: number;
  /** Why there is nothing to compare; null where there is. */
  readonly whyNone: string | null;
}

export const equalVotes = 'all votes are equal';
export const emptyMasks = 'all masks are empty';

/** Images that two or more annotated. */
export function sharedImages(images: readonly ImageAgreement[]): Comparable<ImageAgreement> {
  const of = images.filter(({ pairs }) => pairs.length > 0);
  return { of, left: images.length - of.length, whyNone: of.length ? null : 'no image with two annotators' };
}

/** The counts of two raters, in the images that both annotated. */
export function pairCounts(
  images: readonly ImageAgreement[],
  { rater, otherRater }: RaterGroup,
): Comparable<PairCounts> {
  const of = images.flatMap(
    ({ pairs }) => pairs.find((one) => one.rater === rater && one.otherRater === otherRater)?.counts ?? [],
  );
  return { of, left: images.length - of.length, whyNone: of.length ? null : 'no image that both annotated' };
}

/** Counts images that did not enter. */
export function leavingOut(images: number, measure: Measure): Measure {
  return { ...measure, undefinedCount: measure.undefinedCount + images };
}
