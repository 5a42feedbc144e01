import { Field, Int, ObjectType } from 'type-graphql';
import { ProblemSeverity } from '../enums.type.ts';
import { connectionType } from '../read/connection.type.ts';
import { ascending, From } from '../read/sql-fields.ts';

@From('import_problems', [ascending('run_id', 'uuid'), ascending('position', 'int8')])
@ObjectType({
  description: 'What is wrong, or odd, with one row or file of an import.',
  simpleResolvers: true,
})
export class ImportProblem {
  @Field(() => ProblemSeverity)
  severity!: ProblemSeverity;

  @Field(() => String, {
    description:
      'Field and message, with … in place of what differs from row to row. Equal for problems of one kind.',
  })
  cause!: string;

  @Field(() => String, { description: 'The file that the problem is in.' })
  file!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Row of the description, counted from 1 without a header. Null if it concerns all of it.',
  })
  row!: number | null;

  @Field(() => String)
  field!: string;

  @Field(() => String)
  message!: string;
}

export const ImportProblemConnection = connectionType('ImportProblem', () => ImportProblem);

@From(
  `(select run_id, severity, cause, count(*)::int as count,
      (array_agg(file order by position))[1] as file, (array_agg(field order by position))[1] as field,
      (array_agg(message order by position))[1] as message,
      coalesce((array_agg(row order by position) filter (where row is not null))[1:10], '{}') as rows
    from import_problems group by run_id, severity, cause)`,
  [
    ascending('run_id', 'uuid'),
    ascending('severity', 'text', (row) => `${row}.severity::text`),
    ascending('cause', 'text'),
  ],
)
@ObjectType({ description: 'All problems of one kind in an import.', simpleResolvers: true })
export class ImportProblemCause {
  @Field(() => ProblemSeverity)
  severity!: ProblemSeverity;

  @Field(() => String, { description: 'Field and message, with … in place of what differs from row to row.' })
  cause!: string;

  @Field(() => Int, { description: 'How many problems there are of this kind.' })
  count!: number;

  @Field(() => [Int], { description: 'The rows of the first ten of them.' })
  rows!: number[];

  @Field(() => String, { description: 'File of the first of them.' })
  file!: string;

  @Field(() => String, { description: 'Field of the first of them.' })
  field!: string;

  @Field(() => String, { description: 'Message of the first of them.' })
  message!: string;
}
