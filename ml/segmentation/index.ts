import { createRegistry } from '../method.ts';
import { baselineSeg } from './baseline-seg.ts';
import type { SegmentationModel } from './segmentation-model.ts';
import { takeAndGive } from './take-and-give.ts';

/** The segmentation models by public name. To add one, write its file and name it here. */
export const segmentationModels = createRegistry<SegmentationModel>('segmentation model', [
  baselineSeg,
  takeAndGive,
]);
