import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { From, RefersTo, Sql } from '../read/sql-fields.ts';
import { Withdrawal } from '../withdrawals/withdrawal.type.ts';

@From('diagnoses')
@ObjectType({ description: 'A diagnosis of an image, and where it comes from.', simpleResolvers: true })
export class Diagnosis {
  @Field(() => ID)
  id!: string;

  @Field(() => String, {
    description:
      "'reference' is the source that fusions and evaluations read. Other sources are stored alongside it.",
  })
  source!: string;

  @Field(() => Int, { description: '0 or 1.' })
  value!: number;

  @Sql(
    (row) => `(select d.diagnosis_names[${row}.value + 1] from images i join datasets d on d.id = i.dataset_id
      where i.id = ${row}.image_id)`,
  )
  @Field(() => String, { nullable: true, description: 'What the dataset calls this value.' })
  name!: string | null;

  @Field(() => Int, { description: 'Counted from 1 for each image and source.' })
  version!: number;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @RefersTo('withdrawal_id')
  @Field(() => Withdrawal, {
    nullable: true,
    description: 'Who took it back, when and why. Null if it is not withdrawn.',
  })
  withdrawal!: Withdrawal | null;
}
