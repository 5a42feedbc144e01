import { Field, ID, InputType, Int } from 'type-graphql';
import { Split } from '../enums.type.ts';

@InputType({ description: 'All given conditions must hold.' })
export class DiagnosisFilter {
  @Field(() => ID, { nullable: true })
  datasetId?: string | null;

  @Field(() => ID, { nullable: true })
  imageId?: string | null;

  @Field(() => String, { nullable: true, description: "'reference', or the name of a grader." })
  source?: string | null;

  @Field(() => Int, { nullable: true, description: 'Place of the value on the scale, from 0.' })
  value?: number | null;

  @Field(() => String, { nullable: true, description: 'What the dataset calls the value.' })
  name?: string | null;

  @Field(() => Split, { nullable: true, description: 'Split of the image.' })
  split?: Split | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True: the newest versions alone. False: earlier versions alone. If omitted, both.',
  })
  current?: boolean | null;
}
