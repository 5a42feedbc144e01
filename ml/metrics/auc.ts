import { z } from 'zod';
import { auc as aucOf } from '../statistics/auc.ts';
import type { ScoreMetric } from './metric.ts';

const config = z.strictObject({});

/** What all metrics of the area under the ROC curve share. */
export const areaUnderCurve = {
  formula: 'P(score of a positive > score of a negative), ties counting ½',
  config,
  presets: {},
  unit: () => null,
  range: [0, 1],
  better: 'higher',
  emptyMasks: null,
  perImage: false,
  overImages: 'pooled',
  compares: 'scores',
} as const;

/** Area under the ROC curve with its interval; see ml/statistics/auc.ts. */
export const auc: ScoreMetric<z.infer<typeof config>> = {
  ...areaUnderCurve,
  name: 'auc',
  summary:
    'How well scores predict the diagnosis: area under the ROC curve, with an interval from its variance.',
  citation:
    'DeLong, DeLong and Clarke-Pearson, Comparing the areas under two or more correlated ROC curves, Biometrics 1988; ' +
    'where subjects have several images Obuchowski, Nonparametric analysis of clustered ROC curve data, Biometrics 1997.',
  reconstruction: null,
  history: [
    'First version.',
    'Images of one subject count together; no interval where the variance is 0 or one subject has all images of a class.',
  ],
  reads: 'own',
  measure: ({ scores, labels, subjects }) => aucOf(scores, labels, subjects),
};
