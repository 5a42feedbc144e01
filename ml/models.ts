import type {
  DiagnosisModel,
  DiagnosisNetwork,
  FittedDiagnosisModel,
  GradientDiagnosisModel,
} from './diagnosis/diagnosis-model.ts';
import { diagnosisModels } from './diagnosis/index.ts';
import { createRegistry } from './method.ts';
import type { SegmentationModel, SegmentationNetwork } from './segmentation/segmentation-model.ts';
import { segmentationModels } from './segmentation/index.ts';

/** A model of either task; `task` tells which. */
export type Model = DiagnosisModel | SegmentationModel;

/** The networks of the models of either task. */
export type TrainedNetwork = DiagnosisNetwork | SegmentationNetwork;

/** A model that is a network, trained by `train`. */
export type GradientModel = GradientDiagnosisModel | SegmentationModel;

export const isFitted = (model: Model): model is FittedDiagnosisModel =>
  model.task === 'diagnosis' && model.training === 'fit';

/** Every trainable model by public name. */
export const models = createRegistry<Model>('model', [
  ...diagnosisModels.list(),
  ...segmentationModels.list(),
]);
