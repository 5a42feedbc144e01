import { z } from 'zod';
import { requireTensor } from '../fitted.ts';
import type { About } from '../method.ts';
import { youdenThreshold } from '../statistics/youden.ts';
import type { Biomarker } from './biomarkers/biomarker.ts';
import type { FittedDiagnosisModel } from './diagnosis-model.ts';

interface ThresholdSettings<Measure> {
  readonly threshold: 'youden' | number;
  readonly measure: Measure;
}

/** A diagnosis by one biomarker alone: score = its value − the threshold. */
export function thresholdModel<Measure>(
  about: About,
  biomarker: Biomarker<Measure>,
): FittedDiagnosisModel<ThresholdSettings<Measure>> {
  return {
    ...about,
    task: 'diagnosis',
    training: 'fit',
    maskUse: () => 'discrete',
    alignedFeatures: false,
    config: z.strictObject({
      threshold: z
        .union([z.literal('youden'), z.number()])
        .default('youden')
        .meta({
          description:
            'Value above which the diagnosis is 1, or youden: the value that best separates the training images. Affects ' +
            'the score but not its AUC.',
          source: "Youden's index needs no clinical value; for the vCDR, a common one is 0.6.",
          unit: null,
        }),
      measure: biomarker.settings.prefault({}).meta({ description: 'How the mask is measured.' }),
    }),
    presets: { paper: {}, demo: {} },
    checkStructures: (structures, { measure }) => biomarker.checkStructures(structures, measure),
    features: (mask, { measure }) => biomarker.measure(mask, measure),
    async fit({ features, labels, config }) {
      const values = features.map(([value]) => value);
      const threshold = config.threshold === 'youden' ? youdenThreshold(values, labels) : config.threshold;
      return { tensors: new Map([['threshold', { shape: [1], values: Float32Array.of(threshold) }]]) };
    },
    predict: (fitted, [value]) => value - requireTensor(fitted, 'threshold').values[0],
  };
}
