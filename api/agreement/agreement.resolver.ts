import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { imageMetricOrder } from '../methods/image-metric-order.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { equalTo, same, withId, type Equality } from '../read/conditions.ts';
import { fetched, read, readById, type Fetched } from '../read/read.ts';
import { pointsHere, Related } from '../read/sql-fields.ts';
import { AgreementFilter, MeasureAgreementInput } from './agreement.input.ts';
import { measureAgreement } from './agreement.service.ts';
import { Agreement, AgreementConnection, ImageAgreementConnection } from './agreement.type.ts';
import { ImageAgreementArgs, imageAgreementsWhere } from './image-agreements.ts';

const filterable: Equality = {
  snapshotId: same('snapshot_id', 'uuid'),
  split: same('split', 'split'),
  subject: same('subject', 'agreement_subject'),
  status: { type: 'run_status', sql: (row) => `(select r.status from runs r where r.id = ${row}.run_id)` },
};

@Resolver(() => Agreement)
export class AgreementResolver {
  @Related({ where: (row, { filter }, bind) => equalTo(filterable, row, filter, bind) })
  @Query(() => AgreementConnection, {
    description: 'Measurements of the agreement between raters, oldest first.',
  })
  agreements(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('filter', () => AgreementFilter, { nullable: true }) _filter?: AgreementFilter,
  ): Promise<Connection<Agreement>> {
    return read(context, info);
  }

  @Related({ where: withId })
  @Query(() => Agreement, {
    nullable: true,
    description: 'One measurement of agreement. Null if none has this id.',
  })
  agreement(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
  ): Promise<Agreement | null> {
    return read(context, info);
  }

  @Related({
    on: pointsHere('agreement_id'),
    where: imageAgreementsWhere,
    order: imageMetricOrder,
  })
  @FieldResolver(() => ImageAgreementConnection, {
    description:
      'Its numbers image by image, those of most disagreement first. Ask for one name at a time: numbers of different metrics are not comparable, nor are distances in mm and in pixels. Empty until its run has succeeded.',
  })
  imageMetrics(
    @Root() agreement: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Args(() => ImageAgreementArgs) _args: ImageAgreementArgs,
  ): Connection<Fetched> {
    return fetched(agreement, info);
  }

  @Mutation(() => Agreement, {
    description:
      'Measures how far the raters of a snapshot agree, and draws maps of where they do; or how far its graders agree. Returns at once; follow `run` for progress. Identical requests share one result.',
  })
  async measureAgreement(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => MeasureAgreementInput) input: MeasureAgreementInput,
  ): Promise<Agreement> {
    const agreement = await measureAgreement(context, input);
    return readById(context, info, agreement.id);
  }
}
