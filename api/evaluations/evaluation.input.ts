import { Field, ID, InputType, Int } from 'type-graphql';
import { RunStatus, Split } from '../enums.type.ts';

@InputType({ description: 'All that is given must hold.' })
export class EvaluationFilter {
  @Field(() => ID, { nullable: true })
  snapshotId?: string | null;

  @Field(() => ID, { nullable: true })
  fusionId?: string | null;

  @Field(() => ID, { nullable: true })
  modelId?: string | null;

  @Field(() => ID, { nullable: true })
  judgeModelId?: string | null;

  @Field(() => Split, { nullable: true })
  split?: Split | null;

  @Field(() => RunStatus, { nullable: true, description: 'Status of its run.' })
  status?: RunStatus | null;
}

@InputType({ description: 'Give exactly one of fusionId and modelId.' })
export class EvaluateInput {
  @Field(() => ID, { nullable: true, description: 'Evaluate the masks of this fusion …' })
  fusionId?: string | null;

  @Field(() => ID, { nullable: true, description: '… or the masks that this segmentation model predicts.' })
  modelId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'A trained diagnosis model: it reads the masks, and its scores give the AUC. Without one, masks are only compared.',
  })
  judgeModelId?: string | null;

  @Field(() => Split, { defaultValue: Split.test })
  split!: Split;

  @Field(() => Int, { defaultValue: 1, description: 'Of the bootstrap.' })
  seed!: number;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Do the work once more, by a new run, even if it was done before.',
  })
  again!: boolean;
}
