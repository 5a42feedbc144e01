import type { Measure } from '../../statistics/measure.ts';
import type { Subjects } from '../../statistics/subjects.ts';
import type { RaterGroup } from '../metric.ts';
import type { ImageAgreement } from './image-agreement.ts';
import type { PairCounts } from './pair-counts.ts';

/** What the images say of a group of raters, and how many images say nothing. */
export interface Comparable<T> {
  readonly of: readonly T[];
  /** Whom each of them shows. */
  readonly subjects: Subjects;
  readonly left: number;
  /** Why there is nothing to compare; null where there is. */
  readonly whyNone: string | null;
}

export const equalVotes = 'all votes are equal';
export const emptyMasks = 'all masks are empty';

/** Images that two or more annotated. */
export function sharedImages(images: readonly ImageAgreement[]): Comparable<ImageAgreement> {
  const of = images.filter(({ pairs }) => pairs.length > 0);
  const whyNone = of.length ? null : 'no image with two annotators';
  return { of, subjects: subjectsOf(of), left: images.length - of.length, whyNone };
}

/** The counts of two raters, in the images that both annotated. */
export function pairCounts(
  images: readonly ImageAgreement[],
  { rater, otherRater }: RaterGroup,
): Comparable<PairCounts> {
  const both = images.flatMap((image) => {
    const pair = image.pairs.find((one) => one.rater === rater && one.otherRater === otherRater);
    return pair ? [{ image, counts: pair.counts }] : [];
  });
  return {
    of: both.map(({ counts }) => counts),
    subjects: subjectsOf(both.map(({ image }) => image)),
    left: images.length - both.length,
    whyNone: both.length ? null : 'no image that both annotated',
  };
}

/** An image without a subject is one of its own. */
export const subjectsOf = (images: readonly ImageAgreement[]): Subjects =>
  images.some(({ subject }) => subject !== undefined)
    ? images.map(({ subject }, index) => subject ?? `image ${index}`)
    : undefined;

/** Counts images that did not enter. */
export function leavingOut(images: number, measure: Measure): Measure {
  return { ...measure, undefinedCount: measure.undefinedCount + images };
}
