import type { DiagnosisModel } from './diagnosis-model.ts';

/**
 * What a fusion or a segmentation model may want of the diagnosis network that it builds on. `maskGradient`: its logit has
 * a gradient for the mask. `alignedFeatures`: its features lie in the frame of the image, not in that of a crop.
 */
export type DiagnosisTrait = 'maskGradient' | 'alignedFeatures';

/** For a message: what is said of a model that lacks it. */
export const LACKING: Readonly<Record<DiagnosisTrait, string>> = {
  maskGradient: 'gives no gradient for the mask',
  alignedFeatures: 'has no features in the frame of the image',
};

/** With this config. */
export function traitsOf(model: DiagnosisModel, config: unknown): DiagnosisTrait[] {
  const traits: DiagnosisTrait[] = [];
  if (model.maskUse(config) === 'differentiable') traits.push('maskGradient');
  if (model.alignedFeatures) traits.push('alignedFeatures');
  return traits;
}

/** The first that is wanted and not there. */
export function lackingTrait(
  model: DiagnosisModel,
  config: unknown,
  wanted: readonly DiagnosisTrait[],
): DiagnosisTrait | undefined {
  const traits = traitsOf(model, config);
  return wanted.find((trait) => !traits.includes(trait));
}
