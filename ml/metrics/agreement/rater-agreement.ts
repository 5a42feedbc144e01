import { bootstrapMeanOfDefined } from '../../statistics/bootstrap-mean.ts';
import type { Measure } from '../../statistics/measure.ts';
import { dice } from '../dice.ts';
import type { RaterGroup, RatersMetric } from '../metric.ts';
import { cohenKappa } from './cohen-kappa.ts';
import { emptyMasks, leavingOut, pairCounts } from './comparable-images.ts';
import { fleissKappa } from './fleiss-kappa.ts';
import { generalisedEnergyDistance } from './generalised-energy-distance.ts';
import type { ImageAgreement } from './image-agreement.ts';
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

/** The number of a group of raters. */
export interface AgreementMeasure extends Measure, RaterGroup {
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
 * all is null; `note` says why.
 *
 * @param images all images that were asked about, also those that nobody annotated.
 * @param raters all raters, in their order; pairs in `images` are in this order too.
 */
export function* raterAgreement(
  images: readonly ImageAgreement[],
  raters: readonly string[],
  { seed }: AgreementOptions,
): Generator<AgreementMeasure> {
  const measured = function* (kind: RatersMetric['groups'][number], group: RaterGroup) {
    for (const metric of ratersMetrics) {
      const { name, groups } = metric;
      if (groups.includes(kind)) yield { name, ...group, ...metric.measure(images, group, seed) };
    }
  };
  yield* measured('all', {});
  for (const rater of raters) yield* measured('one', { rater });
  for (const [i, rater] of raters.entries()) {
    for (const otherRater of raters.slice(i + 1)) {
      const pair = { rater, otherRater };
      yield { name: dice.name, ...pair, ...diceOfPair(images, pair, seed) };
      yield* measured('pair', pair);
    }
  }
}

/** The metric `dice` of two raters' masks, from their counts. */
function diceOfPair(images: readonly ImageAgreement[], pair: RaterGroup, seed: number): Measure {
  const { of, subjects, left, whyNone } = pairCounts(images, pair);
  const options = { seed, subjects, whyNone: whyNone ?? emptyMasks };
  return leavingOut(left, bootstrapMeanOfDefined(of.map(pairDice), options));
}
