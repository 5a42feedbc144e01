import { auc as aucWithDelong } from '../statistics/auc.ts';
import { areaUnderCurve } from './auc.ts';
import type { ScoreMetric } from './metric.ts';

/** What masks fused for permuted diagnoses score on the true ones: what is left of an AUC where the labels tell nothing. */
export const permutedAuc: ScoreMetric<Record<string, never>> = {
  ...areaUnderCurve,
  name: 'permuted_auc',
  summary:
    'The AUC of the permuted control: the same fusion with diagnoses permuted among images. Reported beside the AUC of masks that have seen labels.',
  citation: 'Ours; interval after DeLong, DeLong and Clarke-Pearson, Biometrics 1988.',
  reconstruction: 'Ours: the control of scores whose masks have seen labels.',
  history: ['First version.'],
  ofControl: true,
  measure: (scores, labels) => aucWithDelong(scores, labels),
};
