import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Rater, Structure } from '../datasets/dataset.type.ts';
import { blobUrl, From, RefersTo, Sql } from '../read/sql-fields.ts';
import { Withdrawal } from '../withdrawals/withdrawal.type.ts';

@From('annotations')
@ObjectType({
  description:
    "One rater's mask of one structure in one image. Annotating again adds a version; nothing is overwritten.",
  simpleResolvers: true,
})
export class Annotation {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, { description: 'Counted from 1 for each image, rater and structure.' })
  version!: number;

  @Field(() => Boolean, { description: 'Whether it is the newest version, and not withdrawn.' })
  current!: boolean;

  @Sql((row) => blobUrl(`${row}.sha256`))
  @Field(() => String, {
    description: 'URL of the mask, a PNG of 0 and 1, relative to the address of the server.',
  })
  url!: string;

  @Field(() => String, { description: 'SHA-256 of the stored mask, in hexadecimal.' })
  sha256!: string;

  @Field(() => Int, { description: 'Pixels inside the outline.' })
  area!: number;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @RefersTo('withdrawal_id')
  @Field(() => Withdrawal, {
    nullable: true,
    description: 'Who took it back, when and why. Null if it is not withdrawn.',
  })
  withdrawal!: Withdrawal | null;

  @RefersTo('rater_id')
  @Field(() => Rater)
  rater!: Rater;

  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;
}
