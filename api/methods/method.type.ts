import { GraphQLJSON } from 'graphql-scalars';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { methodKinds } from '../../ml/method-kinds.ts';
import { ModelTask } from '../enums.type.ts';
import { ExperimentTraits } from './experiment-traits.type.ts';
import { MetricTraits } from './metric-traits.type.ts';
import { Setting } from './setting.type.ts';

export type MethodKind = keyof typeof methodKinds;
const kinds = Object.keys(methodKinds) as MethodKind[];
/** The kinds of ml/method-kinds.ts: a new one appears here by itself. */
export const MethodKind = Object.fromEntries(kinds.map((kind) => [kind, kind])) as { [K in MethodKind]: K };

registerEnumType(MethodKind, { name: 'MethodKind', valuesConfig: methodKinds });

export enum MethodNeed {
  RATERS = 'RATERS',
  MASKS = 'MASKS',
  DIAGNOSES = 'DIAGNOSES',
  DIAGNOSIS_MODEL = 'DIAGNOSIS_MODEL',
  GRADES = 'GRADES',
}

registerEnumType(MethodNeed, {
  name: 'MethodNeed',
  description: 'What a method needs besides the images.',
  valuesConfig: {
    RATERS: { description: 'The masks of each rater.' },
    MASKS: { description: 'One mask of each structure, as produced by a fusion.' },
    DIAGNOSES: { description: 'The diagnoses of the images that it learns from or fuses.' },
    DIAGNOSIS_MODEL: { description: 'A trained diagnosis model.' },
    GRADES: { description: 'The diagnoses that each grader gave.' },
  },
});

export enum MaskUse {
  DIFFERENTIABLE = 'DIFFERENTIABLE',
  DISCRETE = 'DISCRETE',
  TRAINING = 'TRAINING',
  NONE = 'NONE',
}

registerEnumType(MaskUse, {
  name: 'MaskUse',
  description: 'How the mask given to a diagnosis model affects its score.',
  valuesConfig: {
    DIFFERENTIABLE: { description: 'With a gradient, which DF-GT needs.' },
    DISCRETE: { description: 'As a position or a measurement, without a gradient.' },
    TRAINING: {
      description: 'Only through the trained weights: once trained, the model does not read masks.',
    },
    NONE: { description: 'Not at all.' },
  },
});

export enum DiagnosisTrait {
  MASK_GRADIENT = 'MASK_GRADIENT',
  ALIGNED_FEATURES = 'ALIGNED_FEATURES',
}

registerEnumType(DiagnosisTrait, {
  name: 'DiagnosisTrait',
  description: 'What a method may need of the diagnosis model that it builds on.',
  valuesConfig: {
    MASK_GRADIENT: { description: 'Its score has a gradient for the mask.' },
    ALIGNED_FEATURES: { description: 'Its features lie in the frame of the image, not in that of a crop.' },
  },
});

@ObjectType({ description: 'A named set of settings.', simpleResolvers: true })
export class MethodPreset {
  @Field(() => String, { description: 'Its name in mutations.' })
  name!: string;

  @Field(() => String, { description: 'What it is for, in one sentence.' })
  summary!: string;

  @Field(() => GraphQLJSON, { description: 'The settings in which it differs from the defaults.' })
  settings!: unknown;
}

@ObjectType({
  description: 'How a network is trained; passed as `training` to trainModel.',
  simpleResolvers: true,
})
export class MethodTraining {
  @Field(() => GraphQLJSON, { description: 'The settings as a JSON Schema, with defaults.' })
  configSchema!: unknown;

  @Field(() => [Setting], {
    description: 'The same settings as a list. Each group comes before its members.',
  })
  settings!: Setting[];

  @Field(() => [MethodPreset])
  presets!: MethodPreset[];
}

@ObjectType({ description: 'A method that this server knows.', simpleResolvers: true })
export class Method {
  @Field(() => MethodKind)
  kind!: MethodKind;

  @Field(() => String, { description: 'Its name in mutations.' })
  name!: string;

  @Field(() => String, { description: 'What it does, in one sentence.' })
  summary!: string;

  @Field(() => String, { description: 'The publication that introduced it.' })
  citation!: string;

  @Field(() => String, {
    nullable: true,
    description: 'What we chose ourselves because the publication does not state it. Null if nothing.',
  })
  reconstruction!: string | null;

  @Field(() => Int, { description: 'Increases with every change that alters results.' })
  version!: number;

  @Field(() => [String], { description: 'What each version changed, oldest first.' })
  history!: string[];

  @Field(() => [MethodNeed], {
    description: 'What it needs besides the images, with its default settings.',
  })
  needs!: MethodNeed[];

  @Field(() => ModelTask, { nullable: true, description: 'What a model predicts. Null for other methods.' })
  task!: ModelTask | null;

  @Field(() => GraphQLJSON, { description: 'Its settings as a JSON Schema, with defaults.' })
  configSchema!: unknown;

  @Field(() => [Setting], {
    description:
      'The same settings as a list, for forms and help texts. Each group comes before its members.',
  })
  settings!: Setting[];

  @Field(() => GraphQLJSON, {
    description: 'Named sets of settings, each given as its differences from the defaults.',
  })
  presets!: unknown;

  @Field(() => [MethodPreset], { description: 'The same presets as a list, each with its purpose.' })
  presetList!: MethodPreset[];

  @Field(() => MethodTraining, {
    nullable: true,
    description:
      'How the network is trained. Null for models that are fitted without epochs, and for other methods.',
  })
  training!: MethodTraining | null;

  @Field(() => Boolean, {
    description:
      'Whether the fusion, with its default settings, reads the diagnosis of the image that it fuses. Its masks are then transductive.',
  })
  seesLabel!: boolean;

  @Field(() => Boolean, { description: 'Whether it needs a trained diagnosis model.' })
  needsDiagnosisModel!: boolean;

  @Field(() => Boolean, {
    description:
      'Whether it can query several diagnosis models, each about the training images that the model has not seen.',
  })
  crossFits!: boolean;

  @Field(() => Boolean, {
    description:
      'Whether the fusion needs raters’ masks alone and works at the size of each image, unless another is asked for.',
  })
  ownSize!: boolean;

  @Field(() => MaskUse, {
    nullable: true,
    description: 'How a diagnosis model uses the mask, with its default settings. Null for other methods.',
  })
  maskUse!: MaskUse | null;

  @Field(() => [DiagnosisTrait], {
    description:
      'Of a diagnosis model: the traits that it has with its default settings. Empty for other methods.',
  })
  diagnosisTraits!: DiagnosisTrait[];

  @Field(() => [DiagnosisTrait], {
    description:
      'The traits that the diagnosis model needs if this method is to build on it. Others are refused. Empty if it needs none.',
  })
  wantsOfDiagnosisModel!: DiagnosisTrait[];

  @Field(() => MetricTraits, { nullable: true, description: 'For a metric: how to read its numbers.' })
  metric!: MetricTraits | null;

  @Field(() => ExperimentTraits, {
    nullable: true,
    description: 'For an experiment: how to show its results.',
  })
  experiment!: ExperimentTraits | null;
}
