import { areaOf } from '../../data/bit-counts.ts';
import type { BitMask } from '../../data/bit-mask.ts';
import { hausdorff95Of } from '../hausdorff-95.ts';
import type { Spacing } from '../nearest-distances.ts';
import { distancesBetween } from '../surface-distances.ts';
import { outlineLength, surfaceOf, type Surface } from '../surface.ts';
import type { ImageAgreement, RaterPair } from './image-agreement.ts';
import { energyDistancesToOthers, pairDistance } from './mask-distances.ts';
import { countPair } from './pair-counts.ts';
import { addVotes, voteTotals, type VoteCounts } from './vote-counts.ts';

/** Pixels of a mask's outline above which its distances are not measured: noise, not a structure; they would fill memory. */
export const LONGEST_OUTLINE = 2 ** 21;

/**
 * @param masks of those raters who annotated the structure in this image, at one size.
 * @param pairs every two of them, from raterPairs.
 * @throws RangeError for masks of different sizes.
 */
export function measureImage(
  masks: ReadonlyMap<string, BitMask>,
  pairs: readonly RaterPair[] = [...raterPairs(masks)],
): ImageAgreement {
  const counts: VoteCounts = new Map();
  addVotes(counts, [...masks.values()]);
  const raters = [...masks.keys()];
  const distances = energyDistancesToOthers(distanceTable(raters, pairs));
  return {
    areas: new Map([...masks].map(([rater, mask]) => [rater, areaOf(mask)])),
    votes: voteTotals(counts),
    pairs,
    energyDistances: new Map(distances.map((distance, k) => [raters[k], distance])),
  };
}

/**
 * Every two raters of one image, in their order. One by one, as a pair of large masks takes a second.
 * @param spacing height and width of a pixel in mm; null where it is not known.
 */
export function* raterPairs(
  masks: ReadonlyMap<string, BitMask>,
  spacing: Spacing | null = null,
): Generator<RaterPair> {
  const drawn = [...masks].map(([rater, mask]): Drawn => {
    return { rater, mask, surface: outlineLength(mask) > LONGEST_OUTLINE ? null : surfaceOf(mask) };
  });
  for (const [i, one] of drawn.entries())
    for (const other of drawn.slice(i + 1)) yield pairOf(one, other, spacing);
}

interface Drawn {
  readonly rater: string;
  readonly mask: BitMask;
  /** Null where it is too long. */
  readonly surface: Surface | null;
}

function pairOf(one: Drawn, other: Drawn, spacing: Spacing | null): RaterPair {
  const distances = one.surface && other.surface && distancesBetween(one.surface, other.surface, spacing);
  return {
    rater: one.rater,
    otherRater: other.rater,
    counts: countPair(one.mask, other.mask),
    hausdorff95: distances && hausdorff95Of(distances),
    outlineTooLong: distances === null,
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
