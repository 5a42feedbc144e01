import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../read/connection.type.ts';
import { From, RefersTo, Sql } from '../read/sql-fields.ts';
import { Run } from '../runs/run.type.ts';

@From('purges')
@ObjectType({
  description:
    'Bytes deleted for good: of images, their masks and the pictures made of them. None of them is read from the moment it is decided; its run deletes them.',
  simpleResolvers: true,
})
export class Purge {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Who decided it.' })
  actor!: string;

  @Field(() => String)
  reason!: string;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Sql((row) => `(select count(*) from images i where i.purge_id = ${row}.id)`)
  @Field(() => Int)
  imageCount!: number;

  @Sql((row) => `(select count(*) from annotations a where a.purge_id = ${row}.id)`)
  @Field(() => Int, { description: 'Versions of annotations whose masks it is about.' })
  annotationCount!: number;

  @Sql((row) => `(select count(*) from blobs b where b.purge_id = ${row}.id and b.erased_at is not null)`)
  @Field(() => Int, { description: 'Files deleted so far.' })
  erasedCount!: number;

  @Sql((row) => `(select count(*) from blobs b where b.purge_id = ${row}.id and b.erased_at is null)`)
  @Field(() => Int, { description: 'Files that are still to be deleted. 0 once its run has succeeded.' })
  pendingCount!: number;

  @RefersTo('run_id')
  @Field(() => Run, {
    description: 'The run that deletes the bytes; its result says how many files stay, being shared.',
  })
  run!: Run;
}

export const PurgeConnection = connectionType('Purge', () => Purge);
