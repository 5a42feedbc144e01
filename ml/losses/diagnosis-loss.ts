import type * as tf from '@tensorflow/tfjs';
import { bceWithLogits, meanBce } from '../ops/bce.ts';
import type { Losses } from './losses.ts';

export interface DiagnosisTarget {
  /** 0 or 1: [b] */
  readonly diagnosis: tf.Tensor1D;
  /** What a positive case counts against a negative one. */
  readonly positiveWeight: number;
}

/**
 * Binary cross-entropy of the logit, mean over images (`diagnosis`), and `auxiliaryWeight` times that of the auxiliary
 * head, where there is one (`auxiliary`). The positive term is multiplied by the weight and the mean is over images, as PyTorch's
 * BCEWithLogitsLoss(pos_weight) has it, which the paper's code uses.
 */
export function diagnosisLoss(
  output: { readonly logit: tf.Tensor1D; readonly auxiliaryLogit?: tf.Tensor1D },
  target: DiagnosisTarget,
  { auxiliaryWeight = 1 } = {},
): Losses {
  const diagnosis = weightedBce(output.logit, target);
  if (!output.auxiliaryLogit || auxiliaryWeight === 0) return { diagnosis };
  return { diagnosis, auxiliary: weightedBce(output.auxiliaryLogit, target).mul(auxiliaryWeight) };
}

/** Binary cross-entropy of a logit, its positive term weighted; mean over images. */
export function weightedBce(logit: tf.Tensor1D, { diagnosis, positiveWeight }: DiagnosisTarget): tf.Scalar {
  if (positiveWeight === 1) return meanBce(logit, diagnosis);
  const each = bceWithLogits(logit, diagnosis);
  return each.mul(diagnosis.mul(positiveWeight - 1).add(1)).mean();
}

/** Upper bound of the balanced weight (baselines.md, section B): beyond it a handful of positives rules the gradient. */
const HIGHEST_WEIGHT = 10;

/** Negatives per positive, between 1/10 and 10. Unknown diagnoses do not count. */
export function balancedPositiveWeight(diagnoses: readonly (0 | 1 | null)[]): number {
  const positives = diagnoses.filter((diagnosis) => diagnosis === 1).length;
  const negatives = diagnoses.filter((diagnosis) => diagnosis === 0).length;
  if (positives === 0 || negatives === 0) return 1;
  return Math.min(HIGHEST_WEIGHT, Math.max(1 / HIGHEST_WEIGHT, negatives / positives));
}
