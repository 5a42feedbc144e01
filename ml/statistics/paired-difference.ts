import { compareAuc, type AucDifference, type Label } from './auc.ts';

/** A model's score of an image, and the image's diagnosis. */
export interface LabelledScore {
  readonly score: number;
  readonly label: Label;
  /** Whom the image shows. */
  readonly subject: string;
}

/** The paired test of two AUCs on the images that both models have scored. Null where an AUC is undefined. */
export function pairedDifference(
  first: ReadonlyMap<string, LabelledScore>,
  second: ReadonlyMap<string, LabelledScore>,
): Promise<AucDifference | null> {
  const shared = [...first].flatMap(([id, one]) => {
    const other = second.get(id);
    return other ? [{ ...one, otherScore: other.score }] : [];
  });
  return compareAuc(
    shared.map(({ score }) => score),
    shared.map(({ otherScore }) => otherScore),
    shared.map(({ label }) => label),
    shared.map(({ subject }) => subject),
  );
}
