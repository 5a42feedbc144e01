import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { ProblemSeverity } from '../enums.type.ts';
import { PageArgs, type Connection } from '../read/connection.type.ts';
import { equalTo, same, type Equality } from '../read/conditions.ts';
import { fetched, type Fetched } from '../read/read.ts';
import { ascending, descending, pointsHere, Related } from '../read/sql-fields.ts';
import { Run } from '../runs/run.type.ts';
import type { ImportProblem } from './import-problem.type.ts';
import { ImportProblemCause, ImportProblemConnection } from './import-problem.type.ts';

const filterable: Equality = { severity: same('severity', 'problem_severity'), cause: same('cause', 'text') };

@Resolver(() => Run)
export class ImportProblemResolver {
  @Related({
    on: pointsHere('run_id'),
    where: (row, { severity, cause }, bind) => equalTo(filterable, row, { severity, cause }, bind),
  })
  @FieldResolver(() => ImportProblemConnection, {
    description:
      'Everything that an import found wrong or odd, in the order of the rows. Empty for other runs.',
  })
  problems(
    @Root() run: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) _page: PageArgs,
    @Arg('severity', () => ProblemSeverity, { nullable: true }) _severity?: ProblemSeverity,
    @Arg('cause', () => String, {
      nullable: true,
      description: 'Only problems of this kind; see problemCauses.',
    })
    _cause?: string,
  ): Connection<ImportProblem> {
    return fetched(run, info);
  }

  @Related({
    on: pointsHere('run_id'),
    where: (row, { severity }, bind) => equalTo(filterable, row, { severity }, bind),
    order: () => [
      ascending('severity', 'text', (row) => `${row}.severity::text`),
      descending('count', 'int8'),
      ascending('cause', 'text'),
    ],
  })
  @FieldResolver(() => [ImportProblemCause], {
    description:
      'The problems of an import, one item for each kind: errors first, and the most frequent first.',
  })
  problemCauses(
    @Root() run: Fetched,
    @Info() info: GraphQLResolveInfo,
    @Arg('severity', () => ProblemSeverity, { nullable: true }) _severity?: ProblemSeverity,
  ): ImportProblemCause[] {
    return fetched(run, info);
  }
}
