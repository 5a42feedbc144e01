import type * as tf from '@tensorflow/tfjs';
import type { Fitted } from '../fitted.ts';
import type { Network, NetworkInput } from '../layers/network.ts';
import type { Method } from '../method.ts';
import type { Trainable } from '../training/learner.ts';

export interface DiagnosisOutput {
  /** [b] */
  readonly logit: tf.Tensor1D;
  /** Logit of an auxiliary head, where there is one: [b]. */
  readonly auxiliaryLogit?: tf.Tensor1D;
  /** Residual stages B1..B4: [b, h/4, w/4, ·] … [b, h/32, w/32, ·]. */
  readonly features: readonly tf.Tensor4D[];
  /** What the network asks of its own maps, beside the diagnosis, where it does: computed when its loss wants it. */
  readonly innerLoss?: () => tf.Scalar;
}

/** Image [b, h, w, 3] in [0, 1] and soft mask [b, h, w, C] to the logit of the diagnosis; differentiable in both. */
export interface DiagnosisNetwork extends Network<
  { image: tf.Tensor4D; mask: tf.Tensor4D },
  DiagnosisOutput
> {
  /** Channels of the features B1..B4. */
  readonly widths: readonly number[];
}

/**
 * How the mask that a diagnosis model is given reaches its logit: `differentiable`, with a gradient, as DF-GT needs;
 * `discrete`, as a place or a measure, without one; `training`, through the trained weights alone; `none`, not at all.
 */
export type MaskUse = 'differentiable' | 'discrete' | 'training' | 'none';

interface DiagnosisMethod<Config> extends Method<Config> {
  readonly task: 'diagnosis';
  /** With this config. */
  maskUse(config: Config): MaskUse;
  /**
   * True where the features B1..B4 lie in the frame of the image, at their strides, so that another network can ask them
   * place by place; false where they are a crop's, or there are none.
   */
  readonly alignedFeatures: boolean;
}

/** A network that learns by gradients, an epoch at a time. */
export interface GradientDiagnosisModel<Config = unknown, Net extends DiagnosisNetwork = DiagnosisNetwork>
  extends DiagnosisMethod<Config>, Trainable<Net, Config> {
  readonly training: 'gradient';
  build(input: NetworkInput, config: Config): Net;
}

/** A soft mask [h, w, C] in [0, 1] and what its channels outline. */
export interface OutlinedMask {
  readonly mask: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly structures: readonly string[]; // [C]
  /** Height and width of a pixel, in mm or in pixels of the image. Absent: square pixels. */
  readonly pixelSize?: readonly [number, number];
}

export interface FeatureFit<Config> {
  /** One row an image. */
  readonly features: readonly (readonly number[])[];
  readonly labels: readonly (0 | 1)[];
  readonly config: Config;
  readonly seed: number;
  /** Aborting stops what takes long, and throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A rule on measures of the mask, fitted at once to those of all training images; it never sees the image. */
export interface FittedDiagnosisModel<Config = unknown> extends DiagnosisMethod<Config> {
  readonly training: 'fit';
  maskUse(config: Config): 'discrete';
  readonly alignedFeatures: false;
  /** @throws InputError naming the structure that is missing, where these cannot be measured. */
  checkStructures(structures: readonly string[], config: Config): void;
  /** The measures of one mask: finite, also of an empty one. */
  features(mask: OutlinedMask, config: Config): number[];
  fit(input: FeatureFit<Config>): Promise<Fitted>;
  /** A score of one image's features; positive values speak for diagnosis 1. */
  predict(fitted: Fitted, features: readonly number[]): number;
}

export type DiagnosisModel<Config = unknown> = GradientDiagnosisModel<Config> | FittedDiagnosisModel<Config>;
