import { Field, ID, InputType, Int } from 'type-graphql';
import { AgreementSubject, RunStatus, Split } from '../enums.type.ts';

@InputType({ description: 'All given conditions must hold.' })
export class AgreementFilter {
  @Field(() => ID, { nullable: true })
  snapshotId?: string | null;

  @Field(() => Split, { nullable: true, description: 'Only those measured on this split.' })
  split?: Split | null;

  @Field(() => AgreementSubject, { nullable: true, description: 'What is compared.' })
  subject?: AgreementSubject | null;

  @Field(() => RunStatus, { nullable: true, description: 'Status of its run.' })
  status?: RunStatus | null;
}

@InputType()
export class MeasureAgreementInput {
  @Field(() => ID)
  snapshotId!: string;

  @Field(() => AgreementSubject, {
    defaultValue: AgreementSubject.masks,
    description: "The raters' masks, or the graders' diagnoses.",
  })
  subject!: AgreementSubject;

  @Field(() => Split, {
    nullable: true,
    description: 'Only the images of this split. If omitted, all images.',
  })
  split?: Split | null;

  @Field(() => Int, { defaultValue: 1, description: 'Seed of the bootstrap.' })
  seed!: number;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Do the work again, in a new run, even if it was done before.',
  })
  again!: boolean;
}
