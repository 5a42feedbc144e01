import type { Measure } from '../../statistics/measure.ts';
import { dice } from '../dice.ts';
import { countEmpty, type EmptyCounts } from '../empty-masks.ts';
import { hausdorff95 } from '../hausdorff-95.ts';
import type { Metric, RaterGroup, RatersMetric } from '../metric.ts';
import type { Spacing } from '../nearest-distances.ts';
import { cohenKappa } from './cohen-kappa.ts';
import { emptyMasksOf, meanOverImages } from './comparable-images.ts';
import { fleissKappa } from './fleiss-kappa.ts';
import { generalisedEnergyDistance } from './generalised-energy-distance.ts';
import { pairIn, type ImageAgreement } from './image-agreement.ts';
import { krippendorffAlpha } from './krippendorff-alpha.ts';
import { meanPairwiseDice } from './mean-pairwise-dice.ts';
import { pairDice } from './pair-counts.ts';

/** Metrics of raters with each other. To add one, write its file and name it here. */
export const ratersMetrics: readonly RatersMetric[] = [
  fleissKappa,
  krippendorffAlpha,
  meanPairwiseDice,
  generalisedEnergyDistance,
  cohenKappa,
];

/** All metrics that an agreement measures. Of two masks: Dice of every pair, and in each image their distance. */
export const agreementMetrics: readonly Metric[] = [...ratersMetrics, dice, hausdorff95] as readonly Metric[];

/** The number of a group of raters, over all images. */
export interface AgreementMeasure extends Measure, RaterGroup, EmptyCounts {
  readonly name: string;
}

interface AgreementOptions {
  /** Of the bootstrap over images: the same images are drawn for every figure that all of them enter. */
  readonly seed: number;
}

/**
 * How far raters agree on one structure, over images of any sizes: every metric of raters, and Dice of every two; 95 %
 * intervals by a bootstrap over images.
 *
 * An image enters a number with the raters who annotated it, so one that a rater skipped still counts for the others,
 * and one with a single annotator counts for none. `undefinedCount` are the images that did not enter. With one rater
 * all is null; `note` says why. Empty masks agree with each other (Dice 1) and with no other (0); `bothEmptyCount` and
 * `oneEmptyCount` are the images in which all compared masks were empty, or some.
 *
 * @param images all images that were asked about, also those that nobody annotated.
 * @param raters all raters, in their order; pairs in `images` are in this order too.
 */
export function* raterAgreement(
  images: readonly ImageAgreement[],
  raters: readonly string[],
  { seed }: AgreementOptions,
): Generator<AgreementMeasure> {
  for (const group of groupsOf(raters)) {
    const empty = countEmpty(images.map((image) => emptyMasksOf(image, group)));
    for (const { name, measure } of ofGroup(group))
      yield { name, ...group, ...measure(images, group, seed), ...empty };
  }
}

/** One number of one image. */
export interface ImageNumber extends RaterGroup {
  readonly name: string;
  readonly value: number;
  /** 'mm' or 'pixel'; null for a number without one. */
  readonly unit: string | null;
}

/**
 * How far raters agree in one image: every metric of raters, Dice and Hausdorff 95 % of every two. What is undefined is
 * left out: a kappa where all votes are equal, the distance to an empty mask.
 * @param spacing as the image was measured with.
 */
export function* imageNumbers(image: ImageAgreement, spacing: Spacing | null): Generator<ImageNumber> {
  const distanceUnit = hausdorff95.unit(hausdorff95.config.parse({}), spacing !== null);
  for (const group of groupsOf([...image.areas.keys()])) {
    for (const { name, ofImage } of ofGroup(group)) {
      const value = ofImage(image, group);
      if (value !== null) yield { name, ...group, value, unit: null };
    }
    const distance = pairIn(image, group)?.hausdorff95 ?? null;
    if (distance !== null) yield { name: hausdorff95.name, ...group, value: distance, unit: distanceUnit };
  }
}

/** All raters together, each against the others, every two. */
function* groupsOf(raters: readonly string[]): Generator<RaterGroup> {
  yield {};
  for (const rater of raters) yield { rater };
  for (const [i, rater] of raters.entries())
    for (const otherRater of raters.slice(i + 1)) yield { rater, otherRater };
}

type GroupMetric = Pick<RatersMetric, 'name' | 'ofImage' | 'measure'>;

function ofGroup({ rater, otherRater }: RaterGroup): GroupMetric[] {
  const kind = otherRater !== undefined ? 'pair' : rater !== undefined ? 'one' : 'all';
  const metrics = ratersMetrics.filter(({ groups }) => groups.includes(kind));
  return kind === 'pair' ? [diceOfPair, ...metrics] : metrics;
}

/** The metric `dice` of two raters' masks, from their counts. */
const diceOfPair: GroupMetric = {
  name: dice.name,
  ofImage: diceInImage,
  measure: meanOverImages(diceInImage),
};

function diceInImage(image: ImageAgreement, group: RaterGroup): number | null {
  const pair = pairIn(image, group);
  return pair ? pairDice(pair.counts) : null;
}
