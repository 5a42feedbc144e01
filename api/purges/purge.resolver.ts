import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import type { Fusion } from '../fusions/fusion.type.ts';
import { FusionConnection } from '../fusions/fusion.type.ts';
import { withId } from '../read/conditions.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { fetched, read, readById, type Fetched } from '../read/read.ts';
import { descending, Related } from '../read/sql-fields.ts';
import type { Model } from '../training/model.type.ts';
import { ModelConnection } from '../training/model.type.ts';
import { PurgeInput } from '../withdrawals/withdrawal.input.ts';
import { Purge, PurgeConnection } from './purge.type.ts';
import { purge } from './purges.service.ts';

const usedBy = (splits: string) => (result: string, row: string) =>
  `exists (select 1 from snapshot_images s join images i on i.id = s.image_id
     where s.snapshot_id = ${result}.snapshot_id and i.purge_id = ${row}.id${splits})`;

@Resolver(() => Purge)
export class PurgeResolver {
  @Related({ order: () => [descending('created_at', 'timestamptz'), descending('id', 'uuid')] })
  @Query(() => PurgeConnection, { description: 'What was purged, newest first.' })
  purges(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
  ): Promise<Connection<Purge>> {
    return read(context, info);
  }

  @Related({ where: withId })
  @Query(() => Purge, { nullable: true, description: 'One purge. Null if none has this id.' })
  purge(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
  ): Promise<Purge | null> {
    return read(context, info);
  }

  @Related({ on: usedBy(" and s.split in ('train', 'validation')") })
  @FieldResolver(() => ModelConnection, {
    description:
      'Models that were trained on these images, or chosen by them. Their weights remain; decide whether to keep using them.',
  })
  models(
    @Root() row: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
  ): Connection<Model> {
    return fetched(row, info);
  }

  @Related({ on: usedBy('') })
  @FieldResolver(() => FusionConnection, {
    description: 'Fusions over these images. What they learned and their numbers remain.',
  })
  fusions(
    @Root() row: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
  ): Connection<Fusion> {
    return fetched(row, info);
  }

  @Mutation(() => Purge, {
    name: 'purge',
    description:
      'Deletes bytes for good and withdraws what they belong to. Returns at once: from then on the bytes are not read, and its run deletes them. docs/withdrawal.md says what stays.',
  })
  async purgeBytes(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => PurgeInput) input: PurgeInput,
  ): Promise<Purge> {
    const made = await purge(context, input);
    return readById(context, info, made.id);
  }
}
