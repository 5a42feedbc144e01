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
};

@Resolver(() => AuditEvent)
export class AuditEventResolver {
  @Related({
    where: (row, { subjectType, subjectId }, bind) =>
      equalTo(filterable, row, { subjectType, subjectId }, bind),
  })
  @Query(() => AuditEventConnection, { description: 'Who did what, newest first.' })
  auditEvents(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('subjectType', () => String, { nullable: true, description: "'run', 'cohort', 'dataset', …" })
    _type?: string,
    @Arg('subjectId', () => String, { nullable: true }) _id?: string,
  ): Promise<Connection<AuditEvent>> {
    return read(context, info);
  }
}
