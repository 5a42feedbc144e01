import { createRegistry } from '../method.ts';
import { cohenKappa, linearKappa, quadraticKappa } from './cohen-kappa.ts';
import { fleissKappa } from './fleiss-kappa.ts';
import type { GradeMetric } from './grade-metric.ts';
import { intraclassCorrelations } from './intraclass-correlation.ts';
import { intervalAlpha, nominalAlpha, ordinalAlpha } from './krippendorff-alpha.ts';
import { observedAgreement } from './observed-agreement.ts';

/** How far graders agree, by public name. To add a number, write its file and name it here. */
export const gradeMetrics = createRegistry<GradeMetric>('metric of grades', [
  observedAgreement,
  fleissKappa,
  nominalAlpha,
  ordinalAlpha,
  intervalAlpha,
  ...intraclassCorrelations,
  cohenKappa,
  linearKappa,
  quadraticKappa,
]);
