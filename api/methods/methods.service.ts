import type { DiagnosisModel, MaskUse as MlMaskUse } from '../../ml/diagnosis/diagnosis-model.ts';
import { traitsOf as traitsOfModel, type DiagnosisTrait as MlTrait } from '../../ml/diagnosis/traits.ts';
import { diagnosisTraitsOf, methodKinds, type Need } from '../../ml/method-kinds.ts';
import type { Experiment } from '../../ml/experiments/experiment.ts';
import type { Metric } from '../../ml/metrics/metric.ts';
import { presetSummary, versionOf, type Method as Spec } from '../../ml/method.ts';
import { defaultsOf, type Configurable } from '../../ml/settings/config-of.ts';
import { listSettings, schemaOf, type Setting as Listed } from '../../ml/settings/list-settings.ts';
import { trainingSettings } from '../../ml/training/training-config.ts';
import type { ModelTask } from '../enums.type.ts';
import type { Drawing, ExperimentTraits } from './experiment-traits.type.ts';
import { traitsOf } from './metric-traits.ts';
import {
  DiagnosisTrait,
  MaskUse,
  MethodKind,
  MethodNeed,
  type Method,
  type MethodPreset,
} from './method.type.ts';
import { SettingType, type Setting } from './setting.type.ts';

/** What some kinds of methods describe beyond the fields of every method. */
type AnySpec = Spec & {
  readonly task?: ModelTask;
  readonly training?: 'gradient' | 'fit';
  readonly seesLabel?: (config: unknown) => boolean;
  readonly maskUse?: (config: unknown) => MlMaskUse;
  readonly needsDiagnosisModel?: boolean;
  readonly crossFits?: boolean;
  readonly fuseImage?: unknown;
};

let known: readonly Method[] | undefined;

/** What the registries of ml hold: a new method appears here by itself. */
export function listMethods(kind?: MethodKind | null): Method[] {
  known ??= Object.values(MethodKind).flatMap(describeKind); // registries do not change while a server runs
  return known.filter((method) => !kind || method.kind === kind);
}

const describeKind = (kind: MethodKind): Method[] =>
  methodKinds[kind].list().map(({ method, needs }) => describe(kind, method, needs));

function describe(kind: MethodKind, spec: AnySpec, needs: readonly Need[]): Method {
  const { name, summary, citation, reconstruction, history, presets, task = null } = spec;
  const defaults = defaultsOf(spec);
  const maskUse = spec.maskUse?.(defaults);
  return {
    ...{ kind, name, summary, citation, reconstruction, presets, task },
    version: versionOf(spec),
    history: [...history],
    needs: needs.map((need) => NEEDS[need]),
    configSchema: schemaOf(spec),
    settings: settingsOf(spec),
    presetList: presetsOf(spec),
    training: task && spec.training !== 'fit' ? training() : null,
    seesLabel: spec.seesLabel?.(defaults) ?? false,
    needsDiagnosisModel: spec.needsDiagnosisModel ?? false,
    crossFits: spec.crossFits ?? false,
    ownSize: spec.fuseImage !== undefined,
    maskUse: maskUse ? MASK_USES[maskUse] : null,
    diagnosisTraits: maskUse ? traitsOfModel(spec as unknown as DiagnosisModel, defaults).map(toTrait) : [],
    wantsOfDiagnosisModel: diagnosisTraitsOf(spec).map(toTrait),
    metric: 'compares' in spec ? traitsOf(spec as Metric) : null,
    experiment: 'plan' in spec ? experimentTraits(spec as unknown as Experiment) : null,
  };
}

const experimentTraits = ({ title, drawing, claims }: Experiment): ExperimentTraits => ({
  title,
  drawing: drawing as Drawing | null,
  claims: claims.map(({ claim }) => claim),
});

const training = () => ({
  configSchema: schemaOf(trainingSettings),
  settings: settingsOf(trainingSettings),
  presets: presetsOf(trainingSettings),
});

const settingsOf = (method: Configurable): Setting[] => listSettings(method).map(toSetting);

function toSetting({ type, itemType, choices, ...setting }: Listed): Setting {
  return {
    ...setting,
    type: TYPES[type],
    itemType: itemType && TYPES[itemType],
    choices: choices?.map(String) ?? null,
    description: setting.description ?? '',
    source: setting.source ?? null,
    unit: setting.unit ?? null,
  };
}

const presetsOf = (method: Pick<Spec, 'name' | 'presets' | 'presetSummaries'>): MethodPreset[] =>
  Object.entries(method.presets).map(([name, settings]) => ({
    name,
    summary: presetSummary(method, name),
    settings,
  }));

const NEEDS: Record<Need, MethodNeed> = {
  raters: MethodNeed.RATERS,
  masks: MethodNeed.MASKS,
  diagnoses: MethodNeed.DIAGNOSES,
  diagnosisModel: MethodNeed.DIAGNOSIS_MODEL,
  grades: MethodNeed.GRADES,
};

const MASK_USES: Record<MlMaskUse, MaskUse> = {
  differentiable: MaskUse.DIFFERENTIABLE,
  discrete: MaskUse.DISCRETE,
  training: MaskUse.TRAINING,
  none: MaskUse.NONE,
};

const TRAITS: Record<MlTrait, DiagnosisTrait> = {
  maskGradient: DiagnosisTrait.MASK_GRADIENT,
  alignedFeatures: DiagnosisTrait.ALIGNED_FEATURES,
};
const toTrait = (trait: MlTrait): DiagnosisTrait => TRAITS[trait];

const TYPES: Record<Listed['type'], SettingType> = {
  boolean: SettingType.BOOLEAN,
  integer: SettingType.INTEGER,
  number: SettingType.NUMBER,
  string: SettingType.STRING,
  array: SettingType.ARRAY,
  object: SettingType.OBJECT,
};
