import type { PairCounts } from './pair-counts.ts';
import type { VoteTotals } from './vote-counts.ts';

/** What the agreement of all images is made of: one image's counts for one structure, a few numbers for any size. */
export interface ImageAgreement {
  /** Whom the image shows; left out where every image shows another. */
  readonly subject?: string;
  /** Foreground pixels of each annotator's mask, by rater. */
  readonly areas: ReadonlyMap<string, number>;
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
  /** In mm where the spacing is known, else in pixels. Null where a mask is empty, and where an outline is too long. */
  readonly hausdorff95: number | null;
  /** One of them is longer than LONGEST_OUTLINE. */
  readonly outlineTooLong: boolean;
}

/** The two raters' counts; undefined where one of them did not annotate. */
export function pairIn(
  { pairs }: ImageAgreement,
  { rater, otherRater }: { readonly rater?: string; readonly otherRater?: string },
): RaterPair | undefined {
  return pairs.find((one) => one.rater === rater && one.otherRater === otherRater);
}
