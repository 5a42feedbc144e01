import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { ModelTask, RunStatus } from '../enums.type.ts';

@InputType({ description: 'All that is given must hold.' })
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

  @Field(() => Int, { nullable: true, description: 'Version of the method that made it.' })
  methodVersion?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: only results of earlier versions of their methods. False: only of those that this server has.',
  })
  outdated?: boolean | null;

  @Field(() => RunStatus, { nullable: true, description: 'Status of its run.' })
  status?: RunStatus | null;
}

@InputType()
export class TrainModelInput {
  @Field(() => ID, { description: 'The masks to learn with. Its snapshot gives the images.' })
  fusionId!: string;

  @Field(() => String, {
    description:
      'Name of a method: see methods(kind: DIAGNOSIS_MODEL) and methods(kind: SEGMENTATION_MODEL).',
  })
  method!: string;

  @Field(() => String, {
    defaultValue: 'demo',
    description: "'paper': the paper's sizes; 'demo': minutes on two cores.",
  })
  preset!: string;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: "Settings that differ from the preset's; see Method.configSchema.",
  })
  config?: Record<string, unknown> | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      "Settings of the training (epochs, batch, learning rate) that differ from the preset's; refused for methods that are fitted at once, such as 'vcdr-svm'.",
  })
  training?: Record<string, unknown> | null;

  @Field(() => Int, { defaultValue: 1 })
  seed!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'A trained diagnosis model, for methods that need one (Take and Give).',
  })
  diagnosisModelId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'A trained model of the same task and snapshot, whose weights training begins with, as far as their names and shapes fit.',
  })
  initialModelId?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Do the work once more, by a new run, even if it was done before.',
  })
  again!: boolean;
}
