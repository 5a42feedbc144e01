import { z } from 'zod';
import { auc as aucWithDelong } from '../statistics/auc.ts';
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

/** Area under the ROC curve with DeLong's interval; see ml/statistics/auc.ts. */
export const auc: ScoreMetric<z.infer<typeof config>> = {
  ...areaUnderCurve,
  name: 'auc',
  summary: 'How well scores predict the diagnosis: area under the ROC curve, with DeLong’s interval.',
  citation:
    'DeLong, DeLong and Clarke-Pearson, Comparing the areas under two or more correlated ROC curves, Biometrics 1988.',
  reconstruction: null,
  history: ['First version.'],
  ofControl: false,
  measure: (scores, labels) => aucWithDelong(scores, labels),
};
