import { auc as aucOf } from '../statistics/auc.ts';
import { overPermutations } from '../statistics/over-permutations.ts';
import { areaUnderCurve } from './auc.ts';
import type { ScoreMetric } from './metric.ts';

/**
 * What masks fused for permuted diagnoses score on the true ones, a mean over permutations. What the distance of the AUC
 * to it means depends on whose diagnoses shaped the masks. Of masks that have seen their own (transductive): the score
 * follows whatever label is handed in, so a large distance shows a leak, and hides what of it might be a gain. Of masks
 * that only diagnoses of other images have shaped: what was learned from diagnoses carries over, a gain.
 */
export const permutedAuc: ScoreMetric<Record<string, never>> = {
  ...areaUnderCurve,
  name: 'permuted_auc',
  summary:
    'The AUC of the permuted control: the same fusion made with shuffled diagnoses, scored on the true ones; the mean over ' +
    'several shuffles. For masks that have seen their own label, an AUC far above it shows that the mask carries the ' +
    'label; for others, it shows a gain.',
  citation: 'Ours; of one permutation, the interval of auc.',
  reconstruction: 'Ours: the control of scores whose masks have seen labels.',
  history: [
    'First version.',
    'The mean over several permutations, with its interval over permutations; shuffled by subject.',
  ],
  reads: 'controls',
  async measure({ controls, labels, subjects }) {
    const each = controls.map((scores) => aucOf(scores, labels, subjects));
    return { ...each[0], ...(await overPermutations(each)) };
  },
};
