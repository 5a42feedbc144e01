import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { fusions } from '../../ml/fusion/index.ts';
import type { RequestContext } from '../context.ts';
import { isOutdated } from '../methods/outdated.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { equalTo, same, withId, type Equality } from '../read/conditions.ts';
import { fetched, read, readById, type Fetched } from '../read/read.ts';
import { Related } from '../read/sql-fields.ts';
import { FuseLabelsInput, FusionFilter } from './fusion.input.ts';
import { FusedImageConnection, Fusion, FusionConnection, ofSucceeded } from './fusion.type.ts';
import { ImageRaterWeightConnection } from './rater-weight.type.ts';
import { fuseLabels } from './fusions.service.ts';

const filterable: Equality = {
  datasetId: {
    type: 'uuid',
    sql: (row) =>
      `(select c.dataset_id from snapshots s join cohorts c on c.id = s.cohort_id where s.id = ${row}.snapshot_id)`,
  },
  snapshotId: same('snapshot_id', 'uuid'),
  method: same('method', 'text'),
  transductive: same('transductive', 'boolean'),
  permutedDiagnoses: same('permuted_diagnoses', 'boolean'),
  methodVersion: same('method_version', 'int'),
  outdated: { type: 'boolean', sql: isOutdated(fusions) },
  status: { type: 'run_status', sql: (row) => `(select r.status from runs r where r.id = ${row}.run_id)` },
};

const ofOne: Equality = { imageId: same('image_id', 'uuid'), raterId: same('rater_id', 'uuid') };

@Resolver(() => Fusion)
export class FusionResolver {
  @Related({ where: (row, { filter }, bind) => equalTo(filterable, row, filter, bind) })
  @Query(() => FusionConnection, { description: 'Fusions, oldest first.' })
  fusions(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('filter', () => FusionFilter, { nullable: true }) _filter?: FusionFilter,
  ): Promise<Connection<Fusion>> {
    return read(context, info);
  }

  @Related({ where: withId })
  @Query(() => Fusion, { nullable: true, description: 'One fusion. Null if none has this id.' })
  fusion(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
  ): Promise<Fusion | null> {
    return read(context, info);
  }

  @Related({ on: (image, row) => `${image}.fusion_id = ${row}.id and ${ofSucceeded(`${row}.id`)}` })
  @FieldResolver(() => FusedImageConnection, {
    description: 'How the fusion of each image went. Empty until its run has succeeded.',
  })
  images(
    @Root() fusion: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
  ): Connection<Fetched> {
    return fetched(fusion, info);
  }

  @Related({
    on: (weight, row) => `${weight}.fusion_id = ${row}.id and ${ofSucceeded(`${row}.id`)}`,
    where: (row, { imageId, raterId }, bind) => equalTo(ofOne, row, { imageId, raterId }, bind),
  })
  @FieldResolver(() => ImageRaterWeightConnection, {
    description: 'Its estimates for raters image by image: for one image, for one rater, or for all.',
  })
  imageRaterWeights(
    @Root() fusion: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('imageId', () => ID, { nullable: true, description: 'Only for this image.' }) _imageId?: string,
    @Arg('raterId', () => ID, { nullable: true, description: 'Only for this rater.' }) _raterId?: string,
  ): Connection<Fetched> {
    return fetched(fusion, info);
  }

  @Mutation(() => Fusion, {
    description:
      'Fuses the masks of a snapshot. Returns at once; follow `run` for progress. Identical requests share one result.',
  })
  async fuseLabels(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => FuseLabelsInput) input: FuseLabelsInput,
  ): Promise<Fusion> {
    const fusion = await fuseLabels(context, input);
    return readById(context, info, fusion.id);
  }
}
