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
