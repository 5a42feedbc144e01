import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { ImageMetricOrder, imageMetricOrder } from '../methods/image-metric-order.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { equalTo, same, withId, type Equality } from '../read/conditions.ts';
import { fetched, read, readById, type Fetched } from '../read/read.ts';
import { pointsHere, Related } from '../read/sql-fields.ts';
import { EvaluateInput, EvaluationFilter } from './evaluation.input.ts';
import {
  DiagnosisScoreConnection,
  Evaluation,
  EvaluationConnection,
  ImageMetricConnection,
} from './evaluation.type.ts';
import { evaluate } from './evaluations.service.ts';

const filterable: Equality = {
  snapshotId: same('snapshot_id', 'uuid'),
  fusionId: same('fusion_id', 'uuid'),
  modelId: same('model_id', 'uuid'),
  judgeModelId: same('judge_model_id', 'uuid'),
  split: same('split', 'split'),
  status: { type: 'run_status', sql: (row) => `(select r.status from runs r where r.id = ${row}.run_id)` },
};

const metricFilter: Equality = {
  name: same('name', 'text'),
  structureId: same('structure_id', 'uuid'),
  raterId: same('rater_id', 'uuid'),
};

@Resolver(() => Evaluation)
export class EvaluationResolver {
  @Related({ where: (row, { filter }, bind) => equalTo(filterable, row, filter, bind) })
  @Query(() => EvaluationConnection, { description: 'Evaluations, oldest first.' })
  evaluations(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('filter', () => EvaluationFilter, { nullable: true }) _filter?: EvaluationFilter,
  ): Promise<Connection<Evaluation>> {
    return read(context, info);
  }

  @Related({ where: withId })
  @Query(() => Evaluation, {
    nullable: true,
    description: 'One evaluation. Null if none has this id.',
  })
  evaluation(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
  ): Promise<Evaluation | null> {
    return read(context, info);
  }

  @Related({ on: pointsHere('evaluation_id') })
  @FieldResolver(() => DiagnosisScoreConnection, { description: "The judge's score for each image." })
  scores(
    @Root() evaluation: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
  ): Connection<Fetched> {
    return fetched(evaluation, info);
  }

  @Related({
    on: pointsHere('evaluation_id'),
    where: (row, { name, structureId, raterId }, bind) => [
      ...equalTo(metricFilter, row, { name, structureId, raterId }, bind),
      ...(raterId == null ? [`${row}.rater_id is null`] : []),
    ],
    order: imageMetricOrder,
  })
  @FieldResolver(() => ImageMetricConnection, {
    description:
      'Its numbers image by image, worst first. Ask for one metric at a time: numbers of different metrics are not comparable.',
  })
  imageMetrics(
    @Root() evaluation: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('name', () => String, { nullable: true, description: 'Only this metric.' })
    _name?: string,
    @Arg('structureId', () => ID, { nullable: true }) _structureId?: string,
    @Arg('raterId', () => ID, {
      nullable: true,
      description:
        "Only numbers against this rater's masks. If omitted, only numbers that are not against a single rater.",
    })
    _raterId?: string,
    @Arg('orderBy', () => ImageMetricOrder, { defaultValue: ImageMetricOrder.worst })
    _orderBy?: ImageMetricOrder,
  ): Connection<Fetched> {
    return fetched(evaluation, info);
  }

  @Mutation(() => Evaluation, {
    description:
      'Measures masks on one split. A model first predicts its masks. Returns at once; follow `run` for progress.',
  })
  async evaluate(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => EvaluateInput) input: EvaluateInput,
  ): Promise<Evaluation> {
    const evaluation = await evaluate(context, input);
    return readById(context, info, evaluation.id);
  }
}
