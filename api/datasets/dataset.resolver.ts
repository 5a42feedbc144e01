import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { ImageFilter } from '../images/image.input.ts';
import { imagesWhere, ImageOrder, imagesOrder, withdrawnOnly } from '../images/image.query.ts';
import { ImageConnection } from '../images/image.type.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { withOneOf } from '../read/conditions.ts';
import { fetched, read, readById, type Fetched } from '../read/read.ts';
import { pointsHere, Related } from '../read/sql-fields.ts';
import { Run } from '../runs/run.type.ts';
import { requestImport } from './datasets.service.ts';
import { ImportDatasetInput } from './dataset.input.ts';
import { Dataset, DatasetConnection } from './dataset.type.ts';

@Resolver(() => Dataset)
export class DatasetResolver {
  @Related({
    where: (row, { withdrawn }) => [`${row}.withdrawal_id is ${withdrawn === true ? 'not ' : ''}null`],
  })
  @Query(() => DatasetConnection, { description: 'All datasets, oldest first. Withdrawn ones are left out.' })
  datasets(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('withdrawn', () => Boolean, withdrawnOnly) _withdrawn?: boolean,
  ): Promise<Connection<Dataset>> {
    return read(context, info);
  }

  @Related({ where: (row, args, bind) => withOneOf({ id: 'id', name: 'name' }, row, args, bind) })
  @Query(() => Dataset, {
    nullable: true,
    description: 'One dataset, withdrawn or not, by its id or its name. Null if there is none.',
  })
  dataset(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID, { nullable: true }) _id?: string,
    @Arg('name', () => String, { nullable: true }) _name?: string,
  ): Promise<Dataset | null> {
    return read(context, info);
  }

  @Related({ on: pointsHere('dataset_id'), where: imagesWhere, order: imagesOrder })
  @FieldResolver(() => ImageConnection, {
    description: 'Its images that match the filter. Withdrawn ones are left out.',
  })
  images(
    @Root() dataset: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('filter', () => ImageFilter, { nullable: true }) _filter?: ImageFilter,
    @Arg('orderBy', () => ImageOrder, { defaultValue: ImageOrder.imported }) _orderBy?: ImageOrder,
    @Arg('withdrawn', () => Boolean, withdrawnOnly) _withdrawn?: boolean,
  ): Connection<Fetched> {
    return fetched(dataset, info);
  }

  @Mutation(() => Run, {
    description:
      'Imports a folder in a layout that a reader knows (docs/data.md). Importing the same folder again changes nothing.',
  })
  async importDataset(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => ImportDatasetInput) input: ImportDatasetInput,
  ): Promise<Run> {
    const run = await requestImport(context, input);
    return readById(context, info, run.id);
  }
}
