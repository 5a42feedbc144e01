/** A rater against the estimated truth of one structure; null where a share would rest on no pixel. */
export interface RaterPerformance {
  /** Share of the foreground that the rater includes. */
  readonly sensitivity: number | null;
  /** Share of the background that the rater leaves out. */
  readonly specificity: number | null;
}

/** What a fusion says of one rater on one image; its performance is the mean over the structures that are known. */
export interface RaterFigures extends RaterPerformance {
  /** Mean weight in the disputed region (pixels where raters disagree); weights of an image sum to one over raters. */
  readonly weight: number;
  /** Null where the rater did not annotate the structure; absent where the method estimates no performance. [C] */
  readonly structures?: readonly (RaterPerformance | null)[];
}

export function raterFigures(weight: number, structures: readonly (RaterPerformance | null)[]): RaterFigures {
  const mean = (key: keyof RaterPerformance): number | null => {
    const known = structures.map((one) => one?.[key] ?? null).filter((share) => share !== null);
    return known.length > 0 ? known.reduce((sum, share) => sum + share, 0) / known.length : null;
  };
  return { weight, sensitivity: mean('sensitivity'), specificity: mean('specificity'), structures };
}
