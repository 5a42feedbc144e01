import type { Losses } from '../losses/losses.ts';
import type { SegmentationTarget } from '../losses/segmentation-loss.ts';
import { minimise, type Learn } from '../training/learner.ts';
import type { SegmentationNetwork, SegmentationOutput } from './segmentation-model.ts';

/** A segmentation model that has a loss and needs no more: one optimiser for all weights. */
export const bySegmentationLoss =
  <Config>(
    loss: (output: SegmentationOutput, target: SegmentationTarget, config: Config) => Losses,
  ): Learn<SegmentationNetwork, Config> =>
  (input) =>
    minimise(input, (batch, moment) => () => loss(input.network.apply(batch, moment), batch, input.config));
