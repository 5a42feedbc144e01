import { bootstrapMeanOfDefined } from '../../statistics/bootstrap-mean.ts';
import { pooledOverImages, type Sums } from '../../statistics/pooled-over-images.ts';
import type { Subjects } from '../../statistics/subjects.ts';
import type { RaterGroup, RatersMetric } from '../metric.ts';
import { pairIn, type ImageAgreement } from './image-agreement.ts';

/** Of each image whether its masks that are compared are empty; nothing where too few of the group annotated. */
export function emptyMasksOf({ areas }: ImageAgreement, { rater, otherRater }: RaterGroup): boolean[] {
  const compared = rater !== undefined && otherRater !== undefined ? [rater, otherRater] : [...areas.keys()];
  const present = compared.every((one) => areas.has(one)) && (rater === undefined || areas.has(rater));
  return present && compared.length > 1 ? compared.map((one) => areas.get(one) === 0) : [];
}

/** Mean over the images that have the number. */
export function meanOverImages(ofImage: RatersMetric['ofImage']): RatersMetric['measure'] {
  return (images, group, seed) => {
    const values = images.map((image) => ofImage(image, group));
    return bootstrapMeanOfDefined(values, { seed, subjects: subjectsOf(images), whyNone: whyNone(group) });
  };
}

/** A figure of the sums of all images that enter; others are counted. */
export function pooled<T extends Sums<T>>(
  sumsOf: (image: ImageAgreement, group: RaterGroup) => T | null,
  figure: (sums: T) => number | null,
): Pick<RatersMetric, 'ofImage' | 'measure'> {
  return {
    ofImage(image, group) {
      const sums = sumsOf(image, group);
      return sums && figure(sums);
    },
    measure(images, group, seed) {
      const entered = images.filter((image) => sumsOf(image, group) !== null);
      const sums = entered.map((image) => sumsOf(image, group)!);
      const whyUndefined = sums.length > 0 ? 'all votes are equal' : whyNone(group);
      const measure = pooledOverImages(sums, figure, { seed, subjects: subjectsOf(entered), whyUndefined });
      return { ...measure, undefinedCount: measure.undefinedCount + images.length - sums.length };
    },
  };
}

/** An image without a subject is one of its own. */
function subjectsOf(images: readonly ImageAgreement[]): Subjects {
  if (images.every(({ subject }) => subject === undefined)) return undefined;
  return images.map(({ subject }, index) => subject ?? `image ${index}`);
}

/** The votes of an image that two or more annotated. */
export function votesOfImage({ pairs, votes }: ImageAgreement): ImageAgreement['votes'] | null {
  return pairs.length > 0 ? votes : null;
}

/** The counts of two raters, of an image that both annotated. */
export function countsOfPair(image: ImageAgreement, group: RaterGroup) {
  return pairIn(image, group)?.counts ?? null;
}

function whyNone({ rater, otherRater }: RaterGroup): string {
  if (otherRater !== undefined) return 'no image that both annotated';
  if (rater !== undefined) return 'no image that they and another annotated';
  return 'no image with two annotators';
}
