import { createRegistry } from '../method.ts';
import { ratersMetrics } from './agreement/rater-agreement.ts';
import { aucBootstrap } from './auc-bootstrap.ts';
import { auc } from './auc.ts';
import { averageSymmetricSurfaceDistance } from './average-symmetric-surface-distance.ts';
import { dice } from './dice.ts';
import { hausdorff95 } from './hausdorff-95.ts';
import { maskSensitivity } from './mask-sensitivity.ts';
import { meanRaterDice } from './mean-rater-dice.ts';
import type { Metric } from './metric.ts';
import { normalisedSurfaceDice } from './normalised-surface-dice.ts';
import { permutedAuc } from './permuted-auc.ts';
import { softDice } from './soft-dice.ts';
import { softIou } from './soft-iou.ts';

/** The metrics by public name. To add one, write its file and name it here. */
export const metrics = createRegistry<Metric>('metric', [
  softDice,
  softIou,
  meanRaterDice,
  dice,
  hausdorff95,
  averageSymmetricSurfaceDistance,
  normalisedSurfaceDice,
  auc,
  aucBootstrap,
  permutedAuc,
  maskSensitivity,
  ...ratersMetrics,
]);
