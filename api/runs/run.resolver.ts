import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  ID,
  Info,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { equalTo, requireId, same, withId, type Equality } from '../read/conditions.ts';
import { fetched, read, readById, type Fetched } from '../read/read.ts';
import { descending, pointsHere, Related } from '../read/sql-fields.ts';
import { followRun, type RunChange } from './follow-run.ts';
import { RunFilter } from './run.input.ts';
import { EpochMetric, Run, RunConnection, RunEvent } from './run.type.ts';
import { cancelRun } from './runs.service.ts';

const filterable: Equality = { kind: same('kind', 'run_kind'), status: same('status', 'run_status') };

@Resolver(() => Run)
export class RunResolver {
  @Related({
    where: (row, { filter }, bind) => equalTo(filterable, row, filter, bind),
    order: () => [descending('created_at', 'timestamptz'), descending('id', 'uuid')],
  })
  @Query(() => RunConnection, { description: 'Runs, newest first.' })
  runs(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('filter', () => RunFilter, { nullable: true }) _filter?: RunFilter,
  ): Promise<Connection<Run>> {
    return read(context, info);
  }

  @Related({ where: withId })
  @Query(() => Run, { nullable: true, description: 'One run. Null if none has this id.' })
  run(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
  ): Promise<Run | null> {
    return read(context, info);
  }

  @Related({
    on: pointsHere('run_id'),
    where: (row, { names, afterEpoch }, bind) => [
      ...(names == null ? [] : [`${row}.name = any(${bind(names)}::text[])`]),
      ...(afterEpoch == null ? [] : [`${row}.epoch > ${bind(afterEpoch)}::int`]),
    ],
  })
  @FieldResolver(() => [EpochMetric], {
    description: 'The numbers of its epochs, ordered by epoch and name.',
  })
  metrics(
    @Root() run: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Arg('names', () => [String], { nullable: true, description: 'Only these.' }) _names?: string[],
    @Arg('afterEpoch', () => Int, { nullable: true, description: 'Only epochs after this one.' })
    _afterEpoch?: number,
  ): EpochMetric[] {
    return fetched(run, info);
  }

  @Mutation(() => Run, {
    description:
      'Asks a run to stop. A waiting run stops at once, a running one within a step. A run that has ended stays as it is.',
  })
  async cancelRun(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) id: string,
  ): Promise<Run> {
    const run = await cancelRun(context, requireId(id, 'id'));
    return readById(context, info, run.id);
  }

  @Subscription(() => RunEvent, {
    description:
      'Sends what is already stored, epoch by epoch, then each event as it happens. Ends when the run ends. After a lost connection, resume with `afterEpoch`.',
    subscribe: ({ args, context }) =>
      followRun(context as RequestContext, args as { id: string; afterEpoch?: number }),
  })
  runProgress(
    @Root() { runId, epoch }: RunChange,
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
    @Arg('afterEpoch', () => Int, {
      nullable: true,
      description: 'The last epoch that the client already has.',
    })
    _afterEpoch?: number,
  ): Promise<RunEvent> {
    return read(context, info, {
      where: (row, _args, bind) => [
        `${row}.run_id = ${bind(runId)}::uuid`,
        epoch === null ? `${row}.epoch is null` : `${row}.epoch = ${bind(epoch)}::int`,
      ],
    });
  }
}
