import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { ModelTask, RunStatus } from '../enums.type.ts';

@InputType({ description: 'All given conditions must hold.' })
export class ModelFilter {
  @Field(() => ID, { nullable: true })
  datasetId?: string | null;

  @Field(() => ID, { nullable: true })
  snapshotId?: string | null;

  @Field(() => ID, { nullable: true })
  fusionId?: string | null;

  @Field(() => ModelTask, { nullable: true })
  task?: ModelTask | null;

  @Field(() => String, { nullable: true })
  method?: string | null;

  @Field(() => Int, { nullable: true, description: 'Version of the method that produced it.' })
  methodVersion?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: only results of earlier versions of their methods. False: only results of the versions that this server has.',
  })
  outdated?: boolean | null;

  @Field(() => RunStatus, { nullable: true, description: 'Status of its run.' })
  status?: RunStatus | null;
}

@InputType()
export class TrainModelInput {
  @Field(() => ID, {
    description: 'The fusion whose masks the model learns from. Its snapshot provides the images.',
  })
  fusionId!: string;

  @Field(() => String, {
    description:
      'Name of a method; see methods(kind: DIAGNOSIS_MODEL) and methods(kind: SEGMENTATION_MODEL).',
  })
  method!: string;

  @Field(() => String, {
    defaultValue: 'demo',
    description: "'paper': the paper's sizes. 'demo': runs in minutes on two cores.",
  })
  preset!: string;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: "Settings that override the preset's; see Method.configSchema.",
  })
  config?: Record<string, unknown> | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      "Training settings (epochs, batch, learning rate) that override the preset's. Rejected for methods that are fitted without epochs, such as 'vcdr-svm'.",
  })
  training?: Record<string, unknown> | null;

  @Field(() => Int, { defaultValue: 1 })
  seed!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      "Side in pixels of the square into which images are fitted. If omitted, the fusion's, or the preset's where the fusion has none.",
  })
  size?: number | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'A trained diagnosis model, for methods that need one (Take and Give). It must have the traits in Method.wantsOfDiagnosisModel.',
  })
  diagnosisModelId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'A trained model of the same task and snapshot. Training starts from its weights wherever names and shapes match.',
  })
  initialModelId?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Do the work again, in a new run, even if it was done before.',
  })
  again!: boolean;
}
