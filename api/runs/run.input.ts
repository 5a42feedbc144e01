import { Field, InputType } from 'type-graphql';
import { RunKind, RunStatus } from '../enums.type.ts';

@InputType({ description: 'All given conditions must hold.' })
export class RunFilter {
  @Field(() => RunKind, { nullable: true })
  kind?: RunKind | null;

  @Field(() => RunStatus, { nullable: true })
  status?: RunStatus | null;
}
