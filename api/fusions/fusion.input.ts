import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { RunStatus } from '../enums.type.ts';

@InputType({ description: 'All given conditions must hold.' })
export class FusionFilter {
  @Field(() => ID, { nullable: true })
  datasetId?: string | null;

  @Field(() => ID, { nullable: true })
  snapshotId?: string | null;

  @Field(() => String, { nullable: true })
  method?: string | null;

  @Field(() => Boolean, { nullable: true })
  transductive?: boolean | null;

  @Field(() => Boolean, { nullable: true })
  permutedDiagnoses?: boolean | null;

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
export class FuseLabelsInput {
  @Field(() => ID)
  snapshotId!: string;

  @Field(() => String, { description: 'Name of a method; see methods(kind: FUSION).' })
  method!: string;

  @Field(() => String, {
    defaultValue: 'demo',
    description: "'paper': the paper's settings. 'demo': runs in minutes on two cores.",
  })
  preset!: string;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: "Settings that override the preset's; see Method.configSchema.",
  })
  config?: Record<string, unknown> | null;

  @Field(() => Int, { defaultValue: 1 })
  seed!: number;

  @Field(() => [ID], {
    nullable: true,
    description:
      'For methods that need one: a trained diagnosis model (a single id needs no brackets). Methods that cross-fit also take several, each trained with a different fold left out (training.leaveOut): each is queried only about training images that it never saw.',
  })
  diagnosisModelIds?: string[] | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Make the permuted control, with diagnoses shuffled among the images of a split.',
  })
  permutedDiagnoses!: boolean;

  @Field(() => Int, {
    defaultValue: 0,
    description:
      'Of a control: which permutation, counted from 0. Each shuffles the diagnoses in another way, by subject.',
  })
  permutation!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      "Side in pixels of the square into which images are fitted. If omitted, each image's own size, or the preset's where a network takes part.",
  })
  size?: number | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Do the work again, in a new run, even if it was done before.',
  })
  again!: boolean;
}
