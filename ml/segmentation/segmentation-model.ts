import type * as tf from '@tensorflow/tfjs';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import type { DiagnosisTrait } from '../diagnosis/traits.ts';
import type { Network, NetworkInput } from '../layers/network.ts';
import type { Method } from '../method.ts';
import type { ImageSample } from '../training/batch.ts';
import type { Trainable } from '../training/learner.ts';
import type { SourceShape } from '../training/targets.ts';

export interface SegmentationOutput {
  /** [b, h, w, C] */
  readonly logits: tf.Tensor4D;
  /** Logits of the coarse decoder, where there is one: [b, h, w, C]. */
  readonly coarseLogits?: tf.Tensor4D;
}

/** What a network says of one image. */
export interface Prediction {
  /** Probabilities in [0, 1]: [h, w, C]. */
  readonly mask: Float32Array;
  /** What it expects of each rater, where it tells raters apart: [h, w, n, C]. */
  readonly raters?: Float32Array;
}

/** Image [b, h, w, 3] in [0, 1] to one logit per pixel and structure. */
export interface SegmentationNetwork extends Network<{ image: tf.Tensor4D }, SegmentationOutput> {
  /**
   * How the trained network draws masks, where that is more than the sigmoid of its logits: the mean of several samples, a
   * crop that is pasted back, work on the CPU afterwards. One prediction an image, each of which depends on that image
   * alone; chance comes from a stream named by the image's id. Not called inside tf.tidy: dispose of what you make.
   */
  predict?(images: readonly ImageSample[], shape: SourceShape): Promise<Prediction[]>;
}

/** `diagnosisNetwork` stays its owner's: it is called frozen, never trained, saved or disposed of here. */
export type SegmentationInput = NetworkInput & { readonly diagnosisNetwork?: DiagnosisNetwork };

export interface SegmentationModel<Config = unknown, Net extends SegmentationNetwork = SegmentationNetwork>
  extends Method<Config>, Trainable<Net, Config> {
  readonly task: 'segmentation';
  /** True where `build` wants a frozen diagnosis network (Take and Give). */
  readonly needsDiagnosisModel: boolean;
  /** What it wants of that model. */
  readonly diagnosisTraits?: readonly DiagnosisTrait[];
  build(input: SegmentationInput, config: Config): Net;
}
