import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, ID, Info, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.ts';
import { requireId, withId } from '../read/conditions.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { read, readById } from '../read/read.ts';
import { descending, Related } from '../read/sql-fields.ts';
import { RestoreInput, WithdrawInput } from './withdrawal.input.ts';
import { Withdrawal, WithdrawalConnection } from './withdrawal.type.ts';
import { restore, withdraw } from './withdrawals.service.ts';

@Resolver(() => Withdrawal)
export class WithdrawalResolver {
  @Related({ order: () => [descending('created_at', 'timestamptz'), descending('id', 'uuid')] })
  @Query(() => WithdrawalConnection, { description: 'What was taken back, newest first.' })
  withdrawals(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
  ): Promise<Connection<Withdrawal>> {
    return read(context, info);
  }

  @Related({ where: withId })
  @Query(() => Withdrawal, { nullable: true, description: 'One withdrawal. Null if none has this id.' })
  withdrawal(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID) _id: string,
  ): Promise<Withdrawal | null> {
    return read(context, info);
  }

  @Mutation(() => Withdrawal, {
    description:
      'Takes images, annotations, diagnoses, a subject or a dataset back. Their bytes stay: see purge. docs/withdrawal.md says what this does and does not do.',
  })
  async withdraw(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => WithdrawInput) input: WithdrawInput,
  ): Promise<Withdrawal> {
    const withdrawal = await withdraw(context, input);
    return readById(context, info, withdrawal.id);
  }

  @Mutation(() => Withdrawal, {
    description: 'Undoes a withdrawal. What was purged, or has a newer version, stays as it is.',
  })
  async restore(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => RestoreInput) input: RestoreInput,
  ): Promise<Withdrawal> {
    const withdrawalId = requireId(input.withdrawalId, 'withdrawalId');
    const withdrawal = await restore(context, { ...input, withdrawalId });
    return readById(context, info, withdrawal.id);
  }
}
