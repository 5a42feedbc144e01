import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { equalTo, same, type Equality } from '../read/conditions.ts';
import { read } from '../read/read.ts';
import { Related } from '../read/sql-fields.ts';
import { AuditEvent, AuditEventConnection } from './audit-event.type.ts';

const filterable: Equality = {
  subjectType: same('subject_type', 'text'),
  subjectId: same('subject_id', 'text'),
  action: same('action', 'text'),
  actor: same('actor', 'text'),
};

@Resolver(() => AuditEvent)
export class AuditEventResolver {
  @Related({
    where: (row, { subjectType, subjectId, action, actor }, bind) =>
      equalTo(filterable, row, { subjectType, subjectId, action, actor }, bind),
  })
  @Query(() => AuditEventConnection, { description: 'Who did what, newest first.' })
  auditEvents(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('subjectType', () => String, {
      nullable: true,
      description: "'run', 'cohort', 'snapshot', 'dataset', 'withdrawal' or 'purge'.",
    })
    _type?: string,
    @Arg('subjectId', () => String, { nullable: true }) _id?: string,
    @Arg('action', () => String, { nullable: true, description: "'image.purge', 'dataset.import', …" })
    _action?: string,
    @Arg('actor', () => String, { nullable: true }) _actor?: string,
  ): Promise<Connection<AuditEvent>> {
    return read(context, info);
  }
}
