import { phantoms } from './data/index.ts';
import { readers } from './data/readers/index.ts';
import type { DiagnosisModel } from './diagnosis/diagnosis-model.ts';
import { diagnosisModels } from './diagnosis/index.ts';
import type { DiagnosisTrait } from './diagnosis/traits.ts';
import { experiments } from './experiments/index.ts';
import type { Fusion } from './fusion/fusion.ts';
import { fusions } from './fusion/index.ts';
import { gradeMetrics } from './grades/index.ts';
import { labelFusions } from './label-fusion/index.ts';
import { metrics } from './metrics/index.ts';
import type { Method, Registry } from './method.ts';
import type { SegmentationModel } from './segmentation/segmentation-model.ts';
import { segmentationModels } from './segmentation/index.ts';
import { defaultsOf } from './settings/config-of.ts';

/**
 * What a method works from beside images. `raters`: the masks of each rater; `masks`: one mask an image, as a fusion
 * makes it; `diagnoses`: of the images that it learns from or fuses; `diagnosisModel`: a trained one; `grades`: the
 * diagnoses that each grader gave.
 */
export type Need = 'raters' | 'masks' | 'diagnoses' | 'diagnosisModel' | 'grades';

export interface MethodKind {
  /** For a reader of the API: what such a method does, and the mutation that takes its name. */
  readonly description: string;
  list(): readonly { readonly method: Method; readonly needs: readonly Need[] }[];
}

/** Every kind of method that there is. A new kind is one line here; the API, its docs and the contract tests follow. */
export const methodKinds = {
  FUSION: kind(fusions, fusionNeeds, "Fuses the raters' masks into one: fuseLabels."),
  DIAGNOSIS_MODEL: kind(
    diagnosisModels,
    diagnosisNeeds,
    'Predicts the diagnosis from image and mask: trainModel.',
  ),
  SEGMENTATION_MODEL: kind(
    segmentationModels,
    segmentationNeeds,
    'Predicts the mask from the image: trainModel.',
  ),
  PHANTOM: kind(phantoms, () => [], 'Simulates images whose true outlines and diagnoses are known.'),
  READER: kind(readers, () => [], 'Reads a folder in a published layout: importDataset.'),
  METRIC: kind(metrics, () => [], 'Measures the quality of masks or scores as one number: evaluate.'),
  LABEL_FUSION: kind(
    labelFusions,
    () => ['grades'],
    'Fuses the grades that several graders gave an image into one: the label rule of freezeCohort.',
  ),
  GRADE_METRIC: kind(
    gradeMetrics,
    () => ['grades'],
    'Measures how far graders agree as one number: measureAgreement of diagnoses.',
  ),
  EXPERIMENT: kind(
    experiments,
    () => ['raters', 'diagnoses'],
    'Produces a figure of the paper, or runs a common workflow: runExperiment.',
  ),
} satisfies Record<string, MethodKind>;

function kind<M extends Method>(
  registry: Registry<M>,
  needs: (method: M) => readonly Need[],
  description: string,
): MethodKind {
  return { description, list: () => registry.list().map((method) => ({ method, needs: needs(method) })) };
}

/** With the default settings. */
function fusionNeeds(fusion: Fusion): Need[] {
  const config = defaultsOf(fusion);
  const readsLabel = fusion.seesLabel(config) || fusion.fitReadsLabel?.(config);
  return ['raters', ...when(readsLabel, 'diagnoses'), ...when(fusion.needsDiagnosisModel, 'diagnosisModel')];
}

/** With the default settings. */
function diagnosisNeeds(model: DiagnosisModel): Need[] {
  return [...when(model.maskUse(defaultsOf(model)) !== 'none', 'masks'), 'diagnoses'];
}

function segmentationNeeds({ needsDiagnosisModel }: SegmentationModel): Need[] {
  return ['masks', ...when(needsDiagnosisModel, 'diagnosisModel')];
}

/** What a method wants of the diagnosis model that it needs; empty where it needs none. */
export const diagnosisTraitsOf = (method: Method): readonly DiagnosisTrait[] =>
  (method as Partial<Pick<Fusion, 'diagnosisTraits'>>).diagnosisTraits ?? [];

const when = (holds: boolean | undefined, need: Need): Need[] => (holds ? [need] : []);
