import { aucBootstrap as aucWithBootstrap } from '../statistics/auc.ts';
import { areaUnderCurve } from './auc.ts';
import type { ScoreMetric } from './metric.ts';

/** The same area with the interval of a bootstrap over subjects, which assumes less. */
export const aucBootstrap: ScoreMetric<Record<string, never>> = {
  ...areaUnderCurve,
  name: 'auc_bootstrap',
  summary: 'The same AUC, with the percentile interval of a bootstrap over the subjects of each class.',
  citation: 'Efron and Tibshirani, An introduction to the bootstrap, 1993; 2,000 resamples, as R’s pROC.',
  reconstruction: null,
  history: [
    'First version.',
    'Draws subjects, with all their images; no interval where every resample would give the same.',
  ],
  reads: 'own',
  measure: ({ scores, labels, subjects }, _, seed) => aucWithBootstrap(scores, labels, { seed, subjects }),
};
