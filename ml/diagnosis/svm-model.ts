import { z } from 'zod';
import type { About } from '../method.ts';
import { decideRbfSvm, fitRbfSvm } from '../svm/rbf-svm.ts';
import type { Biomarker } from './biomarkers/biomarker.ts';
import type { FittedDiagnosisModel } from './diagnosis-model.ts';

interface SvmSettings<Measure> {
  readonly cost: number;
  readonly gamma: 'scale' | number;
  readonly measure: Measure;
}

/** A diagnosis by a support vector machine on biomarkers: score = its decision value. */
export function svmModel<Measure>(
  about: About,
  biomarker: Biomarker<Measure>,
): FittedDiagnosisModel<SvmSettings<Measure>> {
  return {
    ...about,
    task: 'diagnosis',
    training: 'fit',
    maskUse: () => 'discrete',
    alignedFeatures: false,
    config: z.strictObject({
      cost: z.number().gt(0).default(1).meta({
        description: 'C: the cost of a training image on the wrong side.',
        source: 'The usual value; the publication states none.',
        unit: null,
      }),
      gamma: z
        .union([z.literal('scale'), z.number().gt(0)])
        .default('scale')
        .meta({
          description: 'How narrow the radial kernel is. scale: 1 / (features · variance).',
          source: "scikit-learn's default.",
          unit: null,
        }),
      measure: biomarker.settings.prefault({}).meta({ description: 'How the mask is measured.' }),
    }),
    presets: { paper: {}, demo: {} },
    checkStructures: (structures, { measure }) => biomarker.checkStructures(structures, measure),
    features: (mask, { measure }) => biomarker.measure(mask, measure),
    fit: ({ config: { cost, gamma }, ...input }) => fitRbfSvm({ ...input, cost, gamma }),
    predict: decideRbfSvm,
  };
}
