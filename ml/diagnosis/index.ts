import { createRegistry } from '../method.ts';
import { asymmetryBorderSvm } from './asymmetry-border-svm.ts';
import { asymmetryTs } from './asymmetry-ts.ts';
import { baselineDia } from './baseline-dia.ts';
import { borderTs } from './border-ts.ts';
import type { DiagnosisModel } from './diagnosis-model.ts';
import { dlAtt } from './dl-att.ts';
import { dlCat } from './dl-cat.ts';
import { dlRoi } from './dl-roi.ts';
import { dlSeat } from './dl-seat.ts';
import { dlSsl } from './dl-ssl.ts';
import { noMask } from './no-mask.ts';
import { vcdrSvm } from './vcdr-svm.ts';
import { vcdrTs } from './vcdr-ts.ts';

/** The diagnosis models by public name. To add one, write its file and name it here. */
export const diagnosisModels = createRegistry<DiagnosisModel>('diagnosis model', [
  baselineDia,
  dlCat,
  noMask,
  dlRoi,
  dlAtt,
  dlSsl,
  dlSeat,
  vcdrTs,
  vcdrSvm,
  asymmetryTs,
  borderTs,
  asymmetryBorderSvm,
]);
