import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Image } from '../images/image.type.ts';
import { connectionType } from '../read/connection.type.ts';
import { From, RefersTo, Sql } from '../read/sql-fields.ts';
import { Withdrawal } from '../withdrawals/withdrawal.type.ts';

export function nameOfValue(row: string): string {
  return `(select d.diagnosis_names[${row}.value + 1] from images i join datasets d on d.id = i.dataset_id
    where i.id = ${row}.image_id)`;
}

@From('diagnoses')
@ObjectType({ description: 'A diagnosis of an image, and where it comes from.', simpleResolvers: true })
export class Diagnosis {
  @Field(() => ID)
  id!: string;

  @Field(() => String, {
    description: "'reference', or the grader who gave it.",
  })
  source!: string;

  @Field(() => Int, {
    nullable: true,
    description: "Place of the value on the dataset's scale, from 0. Null if it is declared unknown.",
  })
  value!: number | null;

  @Sql(nameOfValue)
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

  @RefersTo('image_id')
  @Field(() => Image)
  image!: Image;
}

export const DiagnosisConnection = connectionType('Diagnosis', () => Diagnosis);
