import type * as tf from '@tensorflow/tfjs';
import { meanBce } from '../ops/bce.ts';
import type { Losses } from './losses.ts';

export interface SegmentationTarget {
  /** The fused soft mask in [0, 1]: [b, h, w, C]. */
  readonly fused: tf.Tensor4D;
  /** Majority vote, the mean of the masks of the raters who annotated: [b, h, w, C]. */
  readonly majority: tf.Tensor4D;
}

export interface CoarseTerm {
  readonly coarseWeight: number;
  readonly coarseTarget: 'majority' | 'fused';
}

/**
 * Binary cross-entropy with soft targets, mean over images, pixels and structures (paper, equation 1: `fused`), and the
 * coarse term of the authors' code where the network has a coarse decoder (paper, section 4: `coarse`).
 */
export function segmentationLoss(
  output: { readonly logits: tf.Tensor4D; readonly coarseLogits?: tf.Tensor4D },
  target: SegmentationTarget,
  coarse: CoarseTerm = { coarseWeight: 0, coarseTarget: 'majority' },
): Losses {
  const fused = meanBce(output.logits, target.fused);
  if (!output.coarseLogits || coarse.coarseWeight === 0) return { fused };
  const coarseLoss = meanBce(output.coarseLogits, target[coarse.coarseTarget]);
  return { fused, coarse: coarseLoss.mul(coarse.coarseWeight) };
}
