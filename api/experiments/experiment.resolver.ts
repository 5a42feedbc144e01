import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, ID, Info, Mutation, Query, Resolver } from 'type-graphql';
import { experiments } from '../../ml/experiments/index.ts';
import type { RequestContext } from '../context.ts';
import { isOutdated } from '../methods/outdated.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { equalTo, same, withId, type Equality } from '../read/conditions.ts';
import { read, readById } from '../read/read.ts';
import { Related } from '../read/sql-fields.ts';
import { ExperimentFilter, RunExperimentInput } from './experiment.input.ts';
import { Experiment, ExperimentConnection } from './experiment.type.ts';
import { runExperiment } from './experiments.service.ts';

const filterable: Equality = {
  snapshotId: same('snapshot_id', 'uuid'),
  name: same('name', 'text'),
  methodVersion: same('method_version', 'int'),
  outdated: { type: 'boolean', sql: isOutdated(experiments, 'name') },
  status: { type: 'run_status', sql: (row) => `(select r.status from runs r where r.id = ${row}.run_id)` },
};

@Resolver(() => Experiment)
export class ExperimentResolver {
  @Related({ where: (row, { filter }, bind) => equalTo(filterable, row, filter, bind) })
  @Query(() => ExperimentConnection, { description: 'Experiments, oldest first.' })
  experiments(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('filter', () => ExperimentFilter, { nullable: true }) _filter?: ExperimentFilter,
  ): Promise<Connection<Experiment>> {
    return read(context, info);
  }

  @Related({ where: withId })
  @Query(() => Experiment, {
    nullable: true,
    description: 'One experiment. Null if none has this id.',
  })
  experiment(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
  ): Promise<Experiment | null> {
    return read(context, info);
  }

  @Mutation(() => Experiment, {
    description:
      'Produces a figure of the paper: fuses, trains and evaluates whatever is not there yet. Returns at once; follow `run` for progress. Identical requests share one result.',
  })
  async runExperiment(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => RunExperimentInput) input: RunExperimentInput,
  ): Promise<Experiment> {
    const experiment = await runExperiment(context, input);
    return readById(context, info, experiment.id);
  }
}
