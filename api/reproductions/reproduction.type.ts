import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../read/connection.type.ts';
import { ascending, From, RefersTo, Sql } from '../read/sql-fields.ts';
import { Run } from '../runs/run.type.ts';

@From('reproduction_artifacts', [ascending('position', 'int8')])
@ObjectType({
  description: 'A file or a table of numbers that one or both of the runs produced.',
  simpleResolvers: true,
})
export class ReproductionArtifact {
  @Field(() => String, { description: "What it is: 'weights', 'fused mask of images/a.png, disc', …" })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'SHA-256 of what the first run produced. Null if it produced no such artifact.',
  })
  original!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'SHA-256 of what the second run produced. Null if it produced no such artifact.',
  })
  repeated!: string | null;

  @Sql((row) => `${row}.original is not distinct from ${row}.repeated`)
  @Field(() => Boolean, { description: 'Whether every bit is the same.' })
  equal!: boolean;
}

const count = (row: string, condition: string): string =>
  `(select count(*)::int from reproduction_artifacts a where a.reproduction_id = ${row}.id and ${condition})`;

@From('reproductions')
@ObjectType({
  description: 'A run whose work was repeated, with both results compared bit by bit.',
  simpleResolvers: true,
})
export class Reproduction {
  @Field(() => ID)
  id!: string;

  @RefersTo('run_id')
  @Field(() => Run, { description: 'The run that waits for the second result and compares.' })
  run!: Run;

  @RefersTo('original_id')
  @Field(() => Run, { description: 'The run that was reproduced.' })
  original!: Run;

  @RefersTo('repeated_id')
  @Field(() => Run, { description: 'The run that repeated the work.' })
  repeated!: Run;

  @Sql((row) => count(row, 'true'))
  @Field(() => Int, { description: 'Number of artifacts compared; 0 until the run has succeeded.' })
  artifactCount!: number;

  @Sql((row) => count(row, 'a.original is distinct from a.repeated'))
  @Field(() => Int, { description: 'Number of artifacts that differ.' })
  differenceCount!: number;

  @Sql(
    (row) => `(select coalesce(jsonb_agg(key order by key), '[]')
      from runs o, runs r, lateral jsonb_object_keys(coalesce(o.environment, '{}')) as key
      where o.id = ${row}.original_id and r.id = ${row}.repeated_id
        and o.environment -> key is distinct from r.environment -> key)`,
  )
  @Field(() => [String], {
    description:
      'What differs between the environments of the two runs (Run.environment). Equal bits are promised only if nothing differs.',
  })
  environmentDifferences!: string[];
}

export const ReproductionConnection = connectionType('Reproduction', () => Reproduction);
export const ReproductionArtifactConnection = connectionType(
  'ReproductionArtifact',
  () => ReproductionArtifact,
);
