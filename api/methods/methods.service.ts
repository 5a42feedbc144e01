import { z } from 'zod';
import { readers } from '../../ml/data/readers/index.ts';
import { diagnosisModels } from '../../ml/diagnosis/index.ts';
import { experiments } from '../../ml/experiments/index.ts';
import { fusions } from '../../ml/fusion/index.ts';
import type { Method as Spec } from '../../ml/method.ts';
import { segmentationModels } from '../../ml/segmentation/index.ts';
import { MethodKind, type Method } from './method.type.ts';

type Listed = Spec & {
  readonly seesLabel?: (config: unknown) => boolean;
  readonly needsDiagnosisModel?: boolean;
  readonly crossFits?: boolean;
};

const registries: Record<MethodKind, { list(): readonly Listed[] }> = {
  FUSION: fusions,
  DIAGNOSIS_MODEL: diagnosisModels,
  SEGMENTATION_MODEL: segmentationModels,
  EXPERIMENT: experiments,
  READER: readers,
};

/** What the registries of ml hold: a new method appears here by itself. */
export function listMethods(kind?: MethodKind | null): Method[] {
  const kinds = kind ? [kind] : Object.values(MethodKind);
  return kinds.flatMap((kind) => registries[kind].list().map((spec) => describe(kind, spec)));
}

function describe(kind: MethodKind, spec: Listed): Method {
  const { name, summary, citation, presets, needsDiagnosisModel = false, crossFits = false } = spec;
  const seesLabel = spec.seesLabel?.(spec.config.parse({})) ?? false;
  const configSchema = z.toJSONSchema(spec.config, { io: 'input', unrepresentable: 'any' });
  return { kind, name, summary, citation, configSchema, presets, seesLabel, needsDiagnosisModel, crossFits };
}
