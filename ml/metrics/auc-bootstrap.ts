import { aucBootstrap as aucWithBootstrap } from '../statistics/auc.ts';
import { areaUnderCurve } from './auc.ts';
import type { ScoreMetric } from './metric.ts';

/** The same area with the interval of a bootstrap over images, which assumes less than DeLong's. */
export const aucBootstrap: ScoreMetric<Record<string, never>> = {
  ...areaUnderCurve,
  name: 'auc_bootstrap',
  summary: 'The same AUC, with the percentile interval of a bootstrap over the images of each class.',
  citation: 'Efron and Tibshirani, An introduction to the bootstrap, 1993; 2,000 resamples, as R’s pROC.',
  reconstruction: null,
  history: ['First version.'],
  ofControl: false,
  measure: (scores, labels, _, seed) => aucWithBootstrap(scores, labels, { seed }),
};
