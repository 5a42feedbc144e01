import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../read/connection.type.ts';
import { From, Sql } from '../read/sql-fields.ts';

const countOf = (table: string) => (row: string) =>
  `(select count(*) from ${table} x where x.withdrawal_id = ${row}.id)`;

@From('withdrawals')
@ObjectType({
  description:
    'Who took rows back, when and why. The rows can still be read by id and where they were used; lists, new cohorts and new snapshots leave them out.',
  simpleResolvers: true,
})
export class Withdrawal {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Who withdrew them.' })
  actor!: string;

  @Field(() => String)
  reason!: string;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Sql(countOf('images'))
  @Field(() => Int, { description: 'Images that it took back and that are still withdrawn.' })
  imageCount!: number;

  @Sql(countOf('annotations'))
  @Field(() => Int, {
    description: 'Versions of annotations that it took back and that are still withdrawn.',
  })
  annotationCount!: number;

  @Sql(countOf('diagnoses'))
  @Field(() => Int, { description: 'Versions of diagnoses that it took back and that are still withdrawn.' })
  diagnosisCount!: number;
}

export const WithdrawalConnection = connectionType('Withdrawal', () => Withdrawal);
