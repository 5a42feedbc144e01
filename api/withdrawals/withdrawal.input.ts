import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'One person, animal or phantom in a dataset: all of its images.' })
export class SubjectInput {
  @Field(() => ID)
  datasetId!: string;

  @Field(() => String, { description: 'Image.subject.' })
  name!: string;
}

@InputType({ description: 'What to take back, and why. Give exactly one of the targets.' })
export class WithdrawInput {
  @Field(() => [ID], { nullable: true, description: 'Images, up to 1000.' })
  imageIds?: string[] | null;

  @Field(() => SubjectInput, { nullable: true, description: 'All images of a subject.' })
  subject?: SubjectInput | null;

  @Field(() => [ID], { nullable: true, description: 'Versions of annotations, up to 1000.' })
  annotationIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Versions of diagnoses, up to 1000.' })
  diagnosisIds?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'A dataset with all its images.' })
  datasetId?: string | null;

  @Field(() => String, { description: 'Shown wherever the rows are read, and kept in the audit log.' })
  reason!: string;
}

@InputType({ description: 'A withdrawal to undo, and why.' })
export class RestoreInput {
  @Field(() => ID)
  withdrawalId!: string;

  @Field(() => String, { description: 'Kept in the audit log.' })
  reason!: string;
}

@InputType({ description: 'Whose bytes to delete for good, and why. Give exactly one of the targets.' })
export class PurgeInput {
  @Field(() => [ID], { nullable: true, description: 'Images, up to 1000.' })
  imageIds?: string[] | null;

  @Field(() => SubjectInput, { nullable: true, description: 'All images of a subject.' })
  subject?: SubjectInput | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Versions of annotations, up to 1000: their masks. Pictures made with them stay.',
  })
  annotationIds?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'All images of a dataset.' })
  datasetId?: string | null;

  @Field(() => String, { description: 'Kept with the purge and in the audit log.' })
  reason!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Cancel runs that are at work on these images. Otherwise the purge is refused while there are any.',
  })
  cancelRuns!: boolean;
}
