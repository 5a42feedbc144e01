import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, ID, Info, Mutation, Query, Resolver } from 'type-graphql';
import { models } from '../../ml/models.ts';
import type { RequestContext } from '../context.ts';
import { isOutdated } from '../methods/outdated.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { equalTo, same, withId, type Equality } from '../read/conditions.ts';
import { read, readById } from '../read/read.ts';
import { Related } from '../read/sql-fields.ts';
import { ModelFilter, TrainModelInput } from './model.input.ts';
import { Model, ModelConnection } from './model.type.ts';
import { trainModel } from './training.service.ts';

const filterable: Equality = {
  datasetId: {
    type: 'uuid',
    sql: (row) =>
      `(select c.dataset_id from snapshots s join cohorts c on c.id = s.cohort_id where s.id = ${row}.snapshot_id)`,
  },
  snapshotId: same('snapshot_id', 'uuid'),
  fusionId: same('fusion_id', 'uuid'),
  task: same('task', 'model_task'),
  method: same('method', 'text'),
  methodVersion: same('method_version', 'int'),
  outdated: { type: 'boolean', sql: isOutdated(models) },
  status: { type: 'run_status', sql: (row) => `(select r.status from runs r where r.id = ${row}.run_id)` },
};

@Resolver(() => Model)
export class ModelResolver {
  @Related({ where: (row, { filter }, bind) => equalTo(filterable, row, filter, bind) })
  @Query(() => ModelConnection, { description: 'Models, oldest first.' })
  models(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('filter', () => ModelFilter, { nullable: true }) _filter?: ModelFilter,
  ): Promise<Connection<Model>> {
    return read(context, info);
  }

  @Related({ where: withId })
  @Query(() => Model, { nullable: true, description: 'One model. Null if none has this id.' })
  model(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
  ): Promise<Model | null> {
    return read(context, info);
  }

  @Mutation(() => Model, {
    description:
      'Trains a model. Returns at once; follow `run` for progress. Identical requests share one result.',
  })
  async trainModel(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => TrainModelInput) input: TrainModelInput,
  ): Promise<Model> {
    const model = await trainModel(context, input);
    return readById(context, info, model.id);
  }
}
