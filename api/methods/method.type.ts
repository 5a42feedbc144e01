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
}

registerEnumType(MethodNeed, {
  name: 'MethodNeed',
  description: 'What a method works from beside the images.',
  valuesConfig: {
    RATERS: { description: 'The masks of each rater.' },
    MASKS: { description: 'One mask of each structure, as a fusion makes it.' },
    DIAGNOSES: { description: 'The diagnoses of the images that it learns from or fuses.' },
    DIAGNOSIS_MODEL: { description: 'A trained diagnosis model.' },
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
  description: 'How the mask that a diagnosis model is given reaches its score.',
  valuesConfig: {
    DIFFERENTIABLE: { description: 'With a gradient, which DF-GT needs.' },
    DISCRETE: { description: 'As a place or a measure, without a gradient.' },
    TRAINING: {
      description: 'Through the trained weights alone: once trained, the model does not look at masks.',
    },
    NONE: { description: 'Not at all.' },
  },
});

@ObjectType({ description: 'A named set of settings.', simpleResolvers: true })
export class MethodPreset {
  @Field(() => String, { description: 'What mutations call it by.' })
  name!: string;

  @Field(() => String, { description: 'What it is for, in one sentence.' })
  summary!: string;

  @Field(() => GraphQLJSON, { description: 'What it changes in the defaults.' })
  settings!: unknown;
}

@ObjectType({ description: 'How a network is trained: the `training` of trainModel.', simpleResolvers: true })
export class MethodTraining {
  @Field(() => GraphQLJSON, { description: 'The settings as JSON Schema, with the defaults.' })
  configSchema!: unknown;

  @Field(() => [Setting], { description: 'The same settings as a list, each group before what is in it.' })
  settings!: Setting[];

  @Field(() => [MethodPreset])
  presets!: MethodPreset[];
}

@ObjectType({ description: 'A method that this server knows.', simpleResolvers: true })
export class Method {
  @Field(() => MethodKind)
  kind!: MethodKind;

  @Field(() => String, { description: 'What mutations call it by.' })
  name!: string;

  @Field(() => String, { description: 'One sentence to choose by.' })
  summary!: string;

  @Field(() => String, { description: 'The publication that it comes from.' })
  citation!: string;

  @Field(() => String, {
    nullable: true,
    description: 'What of it is our own choice, because the publication does not state it. Null: nothing.',
  })
  reconstruction!: string | null;

  @Field(() => Int, { description: 'Rises with every change that alters results.' })
  version!: number;

  @Field(() => [String], { description: 'What each version changed, the oldest first.' })
  history!: string[];

  @Field(() => [MethodNeed], {
    description: 'What it works from beside the images, with its default settings.',
  })
  needs!: MethodNeed[];

  @Field(() => ModelTask, { nullable: true, description: 'What a model predicts. Null for other methods.' })
  task!: ModelTask | null;

  @Field(() => GraphQLJSON, { description: 'Its settings as JSON Schema, with the defaults.' })
  configSchema!: unknown;

  @Field(() => [Setting], {
    description: 'The same settings as a list, each group before what is in it: for forms and help texts.',
  })
  settings!: Setting[];

  @Field(() => GraphQLJSON, { description: 'Named settings: what differs from the defaults.' })
  presets!: unknown;

  @Field(() => [MethodPreset], { description: 'The same presets as a list, with what each is for.' })
  presetList!: MethodPreset[];

  @Field(() => MethodTraining, {
    nullable: true,
    description:
      'How it is trained, for a model that is a network. Null for models that are fitted at once, and for other methods.',
  })
  training!: MethodTraining | null;

  @Field(() => Boolean, {
    description:
      'With its default settings a fusion reads the diagnosis of the image that it fuses: its masks are transductive.',
  })
  seesLabel!: boolean;

  @Field(() => Boolean, { description: 'It needs a trained diagnosis model.' })
  needsDiagnosisModel!: boolean;

  @Field(() => Boolean, {
    description:
      'It can ask several diagnosis models, each about the training images that the model has not seen.',
  })
  crossFits!: boolean;

  @Field(() => MaskUse, {
    nullable: true,
    description:
      'What a diagnosis model makes of the mask, with its default settings. Null for other methods.',
  })
  maskUse!: MaskUse | null;

  @Field(() => MetricTraits, { nullable: true, description: 'Of a metric: how to read its numbers.' })
  metric!: MetricTraits | null;

  @Field(() => ExperimentTraits, {
    nullable: true,
    description: 'Of an experiment: how to show its results.',
  })
  experiment!: ExperimentTraits | null;
}
