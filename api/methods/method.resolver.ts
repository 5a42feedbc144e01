import { Arg, Query, Resolver } from 'type-graphql';
import { Method, MethodKind } from './method.type.ts';
import { listMethods } from './methods.service.ts';

@Resolver(() => Method)
export class MethodResolver {
  @Query(() => [Method], { description: 'The methods that this server knows, of one kind or all.' })
  methods(@Arg('kind', () => MethodKind, { nullable: true }) kind?: MethodKind): Method[] {
    return listMethods(kind);
  }
}
