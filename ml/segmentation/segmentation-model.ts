import type * as tf from '@tensorflow/tfjs';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import type { Network, NetworkInput } from '../layers/network.ts';
import type { SegmentationTarget } from '../losses/segmentation-loss.ts';
import type { Method } from '../method.ts';

export interface SegmentationOutput {
  /** [b, h, w, C] */
  readonly logits: tf.Tensor4D;
  /** Logits of the coarse decoder, where there is one: [b, h, w, C]. */
  readonly coarseLogits?: tf.Tensor4D;
}

/** Image [b, h, w, 3] in [0, 1] to one logit per pixel and structure. */
export type SegmentationNetwork = Network<{ image: tf.Tensor4D }, SegmentationOutput>;

/** `diagnosisNetwork` stays its owner's: it is called frozen, never trained, saved or disposed of here. */
export type SegmentationInput = NetworkInput & { readonly diagnosisNetwork?: DiagnosisNetwork };

export interface SegmentationModel<Config = unknown> extends Method<Config> {
  readonly task: 'segmentation';
  /** True where `build` wants a frozen diagnosis network (Take and Give). */
  readonly needsDiagnosisModel: boolean;
  build(input: SegmentationInput, config: Config): SegmentationNetwork;
  /** What training minimises; a scalar. */
  loss(output: SegmentationOutput, target: SegmentationTarget, config: Config): tf.Scalar;
}
