import type * as tf from '@tensorflow/tfjs';
import type { Network, NetworkInput } from '../layers/network.ts';
import type { DiagnosisTarget } from '../losses/diagnosis-loss.ts';
import type { Method } from '../method.ts';

export interface DiagnosisOutput {
  /** [b] */
  readonly logit: tf.Tensor1D;
  /** Logit of an auxiliary head, where there is one: [b]. */
  readonly auxiliaryLogit?: tf.Tensor1D;
  /** Residual stages B1..B4: [b, h/4, w/4, ·] … [b, h/32, w/32, ·]. */
  readonly features: readonly tf.Tensor4D[];
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

export interface DiagnosisModel<Config = unknown> extends Method<Config> {
  readonly task: 'diagnosis';
  readonly maskUse: MaskUse;
  build(input: NetworkInput, config: Config): DiagnosisNetwork;
  /** What training minimises; a scalar. */
  loss(output: DiagnosisOutput, target: DiagnosisTarget, config: Config): tf.Scalar;
}
