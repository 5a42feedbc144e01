import { createRegistry } from '../method.ts';
import { baselineDia } from './baseline-dia.ts';
import type { DiagnosisModel } from './diagnosis-model.ts';
import { dlCat } from './dl-cat.ts';
import { dlRoi } from './dl-roi.ts';
import { noMask } from './no-mask.ts';

/** The diagnosis models by public name. To add one, write its file and name it here. */
export const diagnosisModels = createRegistry<DiagnosisModel>('diagnosis model', [
  baselineDia,
  dlCat,
  noMask,
  dlRoi,
]);
