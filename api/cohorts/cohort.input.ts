import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType } from 'type-graphql';
import { ImageFilter } from '../images/image.input.ts';

@InputType()
export class CreateCohortInput {
  @Field(() => ID)
  datasetId!: string;

  @Field(() => String, { description: 'Unique within its dataset.' })
  name!: string;

  @Field(() => ImageFilter, {
    nullable: true,
    description: 'Which images belong to it. If omitted, all images of the dataset.',
  })
  filter?: ImageFilter | null;
}

@InputType({
  description:
    'How the label of an image, 0 or 1, is made of its diagnoses: a grade is taken from one source or fused, and some values of the scale count as 1.',
})
export class LabelRuleInput {
  @Field(() => String, {
    nullable: true,
    description: "Whose diagnosis is taken: 'reference' (if neither this nor fusion is given) or a grader.",
  })
  source?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Instead of a source: the method that fuses the graders' diagnoses (methods(kind: LABEL_FUSION)).",
  })
  fusion?: string | null;

  @Field(() => GraphQLJSON, { nullable: true, description: 'Settings of the fusion.' })
  config?: Record<string, unknown> | null;

  @Field(() => [String], {
    nullable: true,
    description: "Whose diagnoses are fused. If omitted, those of all graders, without 'reference'.",
  })
  graders?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Names of the values that count as 1. If omitted, of a binary scale the value 1.',
  })
  positive?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of an ordinal scale, instead of positive: this value and all above it count as 1.',
  })
  atLeast?: string | null;
}
