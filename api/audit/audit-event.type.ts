import { GraphQLDateTimeISO, GraphQLJSON } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { connectionType } from '../read/connection.type.ts';
import { descending, From, Sql } from '../read/sql-fields.ts';

@From('audit_events', [descending('id', 'int8')])
@ObjectType({
  description: 'Who did what, to what, and when. Never changed, never deleted.',
  simpleResolvers: true,
})
export class AuditEvent {
  @Sql((row) => `${row}.id::text`)
  @Field(() => ID)
  id!: string;

  @Field(() => GraphQLDateTimeISO)
  at!: Date;

  @Field(() => String)
  actor!: string;

  @Field(() => String, {
    description:
      "'dataset.import', 'cohort.freeze', 'image.withdraw', 'dataset.purge', 'withdrawal.restore', …; of a run 'requested', 'succeeded', …",
  })
  action!: string;

  @Field(() => String, { description: "'run', 'cohort', 'dataset', …" })
  subjectType!: string;

  @Field(() => String)
  subjectId!: string;

  @Field(() => GraphQLJSON)
  detail!: Record<string, unknown>;
}

export const AuditEventConnection = connectionType('AuditEvent', () => AuditEvent);
