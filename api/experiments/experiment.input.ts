import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { RunStatus } from '../enums.type.ts';

@InputType({ description: 'All given conditions must hold.' })
export class ExperimentFilter {
  @Field(() => ID, { nullable: true })
  snapshotId?: string | null;

  @Field(() => String, { nullable: true, description: "Name of the experiment, such as 'figure-4'." })
  name?: string | null;

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
export class RunExperimentInput {
  @Field(() => ID)
  snapshotId!: string;

  @Field(() => String, { description: 'Name of an experiment; see methods(kind: EXPERIMENT).' })
  experiment!: string;

  @Field(() => String, {
    defaultValue: 'demo',
    description: "Preset for every fusion and training in it: 'paper' or 'demo'.",
  })
  preset!: string;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: "Settings that override the preset's (seeds, models, fusions); see Method.configSchema.",
  })
  config?: Record<string, unknown> | null;

  @Field(() => Int, {
    nullable: true,
    description: "Side in pixels at which masks are fused and models work. If omitted, the preset's.",
  })
  size?: number | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Do the work again, in a new run, even if it was done before.',
  })
  again!: boolean;
}
