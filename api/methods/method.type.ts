import { GraphQLJSON } from 'graphql-scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';

export enum MethodKind {
  FUSION = 'FUSION',
  DIAGNOSIS_MODEL = 'DIAGNOSIS_MODEL',
  SEGMENTATION_MODEL = 'SEGMENTATION_MODEL',
  EXPERIMENT = 'EXPERIMENT',
  READER = 'READER',
}

registerEnumType(MethodKind, {
  name: 'MethodKind',
  valuesConfig: {
    FUSION: { description: "Makes one mask of the raters' masks: fuseLabels." },
    DIAGNOSIS_MODEL: { description: 'Reads image and mask, tells the diagnosis: trainModel.' },
    SEGMENTATION_MODEL: { description: 'Reads the image, draws the mask: trainModel.' },
    EXPERIMENT: { description: 'A figure of the paper: runExperiment.' },
    READER: { description: 'Reads a folder in a published layout: importDataset.' },
  },
});

@ObjectType({ description: 'A method that this server knows.', simpleResolvers: true })
export class Method {
  @Field(() => MethodKind)
  kind!: MethodKind;

  @Field(() => String, { description: 'What mutations call it by.' })
  name!: string;

  @Field(() => String, { description: 'One sentence for whoever chooses between methods.' })
  summary!: string;

  @Field(() => String, { description: 'Where it comes from.' })
  citation!: string;

  @Field(() => GraphQLJSON, { description: 'Its settings, as JSON Schema with the defaults.' })
  configSchema!: unknown;

  @Field(() => GraphQLJSON, { description: 'Named settings: what differs from the defaults.' })
  presets!: unknown;

  @Field(() => Boolean, {
    description:
      'With its default settings it reads the diagnosis of the image that it works on: its masks are transductive.',
  })
  seesLabel!: boolean;

  @Field(() => Boolean, { description: 'It needs a trained diagnosis model.' })
  needsDiagnosisModel!: boolean;

  @Field(() => Boolean, {
    description:
      'It can ask several diagnosis models, each about the training images that it has not learned from.',
  })
  crossFits!: boolean;
}
