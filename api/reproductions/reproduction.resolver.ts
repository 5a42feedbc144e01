import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { requireId, withId } from '../read/conditions.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { fetched, read, readById, type Fetched } from '../read/read.ts';
import { pointsHere, Related } from '../read/sql-fields.ts';
import { Reproduction, ReproductionArtifactConnection, ReproductionConnection } from './reproduction.type.ts';
import { reproduce } from './reproductions.service.ts';

@Resolver(() => Reproduction)
export class ReproductionResolver {
  @Related({
    where: (row, { runId }, bind) =>
      runId == null ? [] : [`${row}.original_id = ${bind(requireId(runId, 'runId'))}::uuid`],
  })
  @Query(() => ReproductionConnection, { description: 'Reproductions of one run or of all, oldest first.' })
  reproductions(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('runId', () => ID, { nullable: true, description: 'The run that was reproduced.' }) _runId?: string,
  ): Promise<Connection<Reproduction>> {
    return read(context, info);
  }

  @Related({ where: withId })
  @Query(() => Reproduction, {
    nullable: true,
    description: 'One reproduction. Null if none has this id.',
  })
  reproduction(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
  ): Promise<Reproduction | null> {
    return read(context, info);
  }

  @Related({
    on: pointsHere('reproduction_id'),
    where: (row, { equal }, bind) =>
      equal == null
        ? []
        : [`(${row}.original is not distinct from ${row}.repeated) = ${bind(equal)}::boolean`],
  })
  @FieldResolver(() => ReproductionArtifactConnection, {
    description: 'What both runs produced, by name. Empty until the run has succeeded.',
  })
  artifacts(
    @Root() reproduction: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('equal', () => Boolean, {
      nullable: true,
      description: 'Only those that are equal, or only those that differ.',
    })
    _equal?: boolean,
  ): Connection<Fetched> {
    return fetched(reproduction, info);
  }

  @Mutation(() => Reproduction, {
    description:
      'Repeats the work of a run and compares the results, artifact by artifact. Returns at once; follow `run` for progress. Identical requests share one result, unless `again` is set.',
  })
  async reproduce(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('runId', () => ID, {
      description: 'A fusion, training, evaluation, experiment or agreement that has succeeded.',
    })
    runId: string,
    @Arg('again', () => Boolean, {
      defaultValue: false,
      description: 'Reproduce it again, even if that was done before.',
    })
    again: boolean,
  ): Promise<Reproduction> {
    const reproduction = await reproduce(context, { runId: requireId(runId, 'runId'), again });
    return readById(context, info, reproduction.id);
  }
}
