import { energyDistancesToOthers, pairDistance } from './mask-distances.ts';
import { countPair, noPixels, type PairCounts } from './pair-counts.ts';
import { addVotes, voteTotals, type VoteCounts, type VoteTotals } from './vote-counts.ts';

/** What the agreement of all images is made of: one image's counts for one structure, a few numbers for any size. */
export interface ImageAgreement {
  /** Whom the image shows; left out where every image shows another. */
  readonly subject?: string;
  /** Zero where fewer than two raters annotated the structure. */
  readonly votes: VoteTotals;
  /** Of each two annotators, both in the order of the masks. */
  readonly pairs: readonly RaterPair[];
  /** Generalised energy distance of an annotator's mask to those of the others, by rater; empty with one annotator. */
  readonly energyDistances: ReadonlyMap<string, number>;
}

export interface RaterPair {
  readonly rater: string;
  readonly otherRater: string;
  readonly counts: PairCounts;
}

/** @param masks of those raters who annotated the structure in this image, at one size: 0 and 1, [h, w]. */
export function imageAgreement(masks: ReadonlyMap<string, ArrayLike<number>>): ImageAgreement {
  const counts: VoteCounts = new Map();
  addVotes(counts, [...masks.values()]);
  const raters = [...masks.keys()];
  const pairs = [...masks].flatMap(([rater, mask], i) =>
    [...masks].slice(i + 1).map(([otherRater, other]) => {
      return { rater, otherRater, counts: countPair(noPixels, mask, other) };
    }),
  );
  const distances = energyDistancesToOthers(distanceTable(raters, pairs));
  return {
    votes: voteTotals(counts),
    pairs,
    energyDistances: new Map(distances.map((distance, k) => [raters[k], distance])),
  };
}

function distanceTable(raters: readonly string[], pairs: readonly RaterPair[]): number[][] {
  const table = raters.map(() => raters.map(() => 0));
  for (const { rater, otherRater, counts } of pairs) {
    const [i, j] = [raters.indexOf(rater), raters.indexOf(otherRater)];
    table[i][j] = table[j][i] = pairDistance(counts);
  }
  return table;
}
