import { mean, undefinedMeasure, type Measure } from '../measure.ts';
import { pooledOverImages } from '../pooled-over-images.ts';
import { meanOverImages } from '../soft-dice.ts';
import { pairDistance } from './energy-distance.ts';
import type { ImageAgreement, RaterPair } from './image-agreement.ts';
import { cohenKappa, pairDice } from './pair-counts.ts';
import { fleissKappa, krippendorffAlpha, type VoteTotals } from './vote-counts.ts';

/** Of all raters where neither is given, of one against the others where only `rater` is, else of the two. */
export interface AgreementMeasure extends Measure {
  readonly name: string;
  readonly rater?: string;
  readonly otherRater?: string;
}

interface AgreementOptions {
  /** Of the bootstrap over images: the same images are drawn for every figure that all of them enter. */
  readonly seed: number;
}

/**
 * How far raters agree on one structure, over images of any sizes; 95 % intervals by a bootstrap over images.
 *
 * - `fleiss_kappa`, `krippendorff_alpha`, and `cohen_kappa` of two raters: of the pixels of all images together, as the
 *   agreement by chance is a figure of the whole set; a large image weighs more.
 * - `mean_pairwise_dice`, and `dice` of two raters: mean over images, in each of all pairs; undefined for two empty masks.
 * - `generalised_energy_distance` (Kohl et al. 2018; 0 is full agreement): mean over images, of a rater's mask against those
 *   of the others; over all raters the mean of these; of two raters twice 1 - IoU. Two empty masks have distance 0.
 *
 * Defined answers: an image enters a figure with the raters who annotated it, so one that a rater skipped still counts for
 * the others, and one with a single annotator counts for none. `undefinedCount` are the images that did not enter.
 * With one rater all is null; where all votes are equal (all masks empty) the kappas and alpha are, and `note` says so.
 *
 * @param images all images that were asked about, also those that nobody annotated.
 * @param raters all raters, in their order; pairs in `images` are in this order too.
 */
export function* raterAgreement(
  images: readonly ImageAgreement[],
  raters: readonly string[],
  options: AgreementOptions,
): Generator<AgreementMeasure> {
  yield* ofAll(images, options);
  for (const rater of raters) yield ofRater(images, rater, options);
  for (const [i, rater] of raters.entries()) {
    for (const otherRater of raters.slice(i + 1)) yield* ofPair(images, rater, otherRater, options);
  }
}

const noPair = 'no image with two annotators';
const equalVotes = 'all votes are equal';
const emptyMasks = 'all masks are empty';

function* ofAll(images: readonly ImageAgreement[], { seed }: AgreementOptions): Generator<AgreementMeasure> {
  const shared = images.filter(({ pairs }) => pairs.length > 0);
  const whyUndefined = shared.length === 0 ? noPair : equalVotes;
  const left = images.length - shared.length;
  const pooled = (figure: (totals: VoteTotals) => number | null): Measure => {
    const totals = shared.map(({ votes }) => votes);
    return leavingOut(left, pooledOverImages(totals, figure, { seed, whyUndefined }));
  };
  yield { name: 'fleiss_kappa', ...pooled(fleissKappa) };
  yield { name: 'krippendorff_alpha', ...pooled(krippendorffAlpha) };
  const dices = shared.map(meanPairDice);
  const whyNone = shared.length === 0 ? noPair : emptyMasks;
  yield { name: 'mean_pairwise_dice', ...leavingOut(left, meanOfDefined(dices, seed, whyNone)) };
  const distances = shared.map(({ energyDistances }) => mean([...energyDistances.values()]));
  yield { name: energyDistance, ...leavingOut(left, meanOfDefined(distances, seed, noPair)) };
}
const energyDistance = 'generalised_energy_distance';

function ofRater(
  images: readonly ImageAgreement[],
  rater: string,
  { seed }: AgreementOptions,
): AgreementMeasure {
  const distances = images.map(({ energyDistances }) => energyDistances.get(rater) ?? null);
  return {
    name: energyDistance,
    rater,
    ...meanOfDefined(distances, seed, 'no image that they and another annotated'),
  };
}

function* ofPair(
  images: readonly ImageAgreement[],
  rater: string,
  otherRater: string,
  { seed }: AgreementOptions,
): Generator<AgreementMeasure> {
  const isPair = (pair: RaterPair): boolean => pair.rater === rater && pair.otherRater === otherRater;
  const both = images.flatMap(({ pairs }) => pairs.find(isPair)?.counts ?? []);
  const left = images.length - both.length;
  const none = both.length === 0 ? 'no image that both annotated' : null;
  const pair = { rater, otherRater };
  const dice = meanOfDefined(both.map(pairDice), seed, none ?? emptyMasks);
  yield { name: 'dice', ...pair, ...leavingOut(left, dice) };
  const kappa = pooledOverImages(both, cohenKappa, { seed, whyUndefined: none ?? equalVotes });
  yield { name: 'cohen_kappa', ...pair, ...leavingOut(left, kappa) };
  const distances = both.map((counts) => 2 * pairDistance(counts));
  yield {
    name: energyDistance,
    ...pair,
    ...leavingOut(left, meanOfDefined(distances, seed, none ?? noPair)),
  };
}

function meanPairDice({ pairs }: ImageAgreement): number | null {
  const defined = pairs.map(({ counts }) => pairDice(counts)).filter((dice) => dice !== null);
  return defined.length === 0 ? null : mean(defined);
}

function meanOfDefined(values: readonly (number | null)[], seed: number, whyNone: string): Measure {
  const defined = values.filter((value) => value !== null);
  const left = values.length - defined.length;
  if (defined.length === 0) return undefinedMeasure(whyNone, left);
  return leavingOut(left, meanOverImages(defined, { seed }));
}

function leavingOut(images: number, measure: Measure): Measure {
  return { ...measure, undefinedCount: measure.undefinedCount + images };
}
