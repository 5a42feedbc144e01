import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { requireId, withId, withOneOf } from '../read/conditions.ts';
import { fetched, read, readById, type Fetched } from '../read/read.ts';
import { pointsHere, Related } from '../read/sql-fields.ts';
import { CreateCohortInput, LabelRuleInput } from './cohort.input.ts';
import { Cohort, CohortConnection, Snapshot, SnapshotImageConnection } from './cohort.type.ts';
import { createCohort, freezeCohort } from './cohorts.service.ts';

@Resolver(() => Cohort)
export class CohortResolver {
  @Related({})
  @Query(() => CohortConnection, { description: 'All cohorts, oldest first.' })
  cohorts(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
  ): Promise<Connection<Cohort>> {
    return read(context, info);
  }

  @Related({ where: withId })
  @Query(() => Cohort, { nullable: true, description: 'One cohort. Null if none has this id.' })
  cohort(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
  ): Promise<Cohort | null> {
    return read(context, info);
  }

  @Mutation(() => Cohort, { description: "Saves a filter over a dataset's images." })
  async createCohort(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => CreateCohortInput) input: CreateCohortInput,
  ): Promise<Cohort> {
    const cohort = await createCohort(context, input);
    return readById(context, info, cohort.id);
  }

  @Mutation(() => Snapshot, {
    description:
      "Freezes a cohort as it is now. If nothing has changed, returns the existing snapshot. With a label rule, here or in its dataset, every grader's diagnoses are frozen too.",
  })
  async freezeCohort(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('cohortId', () => ID) cohortId: string,
    @Arg('labels', () => LabelRuleInput, {
      nullable: true,
      description: "How labels are made of diagnoses. If omitted, by the dataset's rule, else the reference.",
    })
    labels?: LabelRuleInput | null,
  ): Promise<Snapshot> {
    const snapshot = await freezeCohort(context, requireId(cohortId, 'cohortId'), labels);
    return readById(context, info, snapshot.id);
  }
}

@Resolver(() => Snapshot)
export class SnapshotResolver {
  @Related({ where: (row, args, bind) => withOneOf({ id: 'id', hash: 'hash' }, row, args, bind) })
  @Query(() => Snapshot, {
    nullable: true,
    description: 'One snapshot, by its id or its hash. Null if there is none.',
  })
  snapshot(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID, { nullable: true }) _id?: string,
    @Arg('hash', () => String, { nullable: true }) _hash?: string,
  ): Promise<Snapshot | null> {
    return read(context, info);
  }

  @Related({ on: pointsHere('snapshot_id') })
  @FieldResolver(() => SnapshotImageConnection, { description: 'Its images, as they were frozen.' })
  images(
    @Root() snapshot: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
  ): Connection<Fetched> {
    return fetched(snapshot, info);
  }
}
