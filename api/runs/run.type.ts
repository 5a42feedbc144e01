import { GraphQLDateTimeISO, GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Agreement } from '../agreement/agreement.type.ts';
import { RunKind, RunStatus } from '../enums.type.ts';
import { Evaluation } from '../evaluations/evaluation.type.ts';
import { Experiment } from '../experiments/experiment.type.ts';
import { Fusion } from '../fusions/fusion.type.ts';
import { laneSql } from '../queue/queue.ts';
import { connectionType } from '../read/connection.type.ts';
import { ascending, finite, From, pointsHere, RefersTo, Related, Sql } from '../read/sql-fields.ts';
import { Model } from '../training/model.type.ts';

@From('epoch_metrics', [ascending('epoch', 'int8'), ascending('name', 'text')])
@ObjectType({ description: 'One number of one epoch of a training.', simpleResolvers: true })
export class EpochMetric {
  @Field(() => Int, { description: 'Counted from 1.' })
  epoch!: number;

  @Field(() => String, { description: 'What is measured: loss, validation_loss, …' })
  name!: string;

  @Sql((row) => finite(`${row}.value`))
  @Field(() => Float, { nullable: true, description: 'Null where it is not a finite number: see notFinite.' })
  value!: number | null;

  @Sql((row) => `case when ${row}.value in ('NaN', 'Infinity', '-Infinity') then ${row}.value::text end`)
  @Field(() => String, {
    nullable: true,
    description: "'NaN', 'Infinity' or '-Infinity' where it came to that.",
  })
  notFinite!: string | null;
}

@From('runs')
@ObjectType({
  description: 'The record of one piece of work: what was asked, how far it is, how it ended.',
  simpleResolvers: true,
})
export class Run {
  @Field(() => ID)
  id!: string;

  @Field(() => RunKind)
  kind!: RunKind;

  @Field(() => RunStatus)
  status!: RunStatus;

  @Field(() => Float, { description: 'How much is done, 0 to 1. Never goes back.' })
  progress!: number;

  @Field(() => String, { description: 'What it is doing now, for a person.' })
  stage!: string;

  @Sql(
    (
      row,
    ) => `case when ${row}.status = 'queued' then (select 1 + count(*) from runs q where q.status = 'queued'
      and ${laneSql('q.kind')} = ${laneSql(`${row}.kind`)} and (q.created_at, q.id) < (${row}.created_at, ${row}.id)) end`,
  )
  @Field(() => Int, {
    nullable: true,
    description: 'Its place among the runs that wait, from 1; null once it runs.',
  })
  queuePosition!: number | null;

  @Field(() => Int, {
    description:
      'How often it was begun; more than 1 where its worker stopped or died and another resumed it.',
  })
  attempt!: number;

  @Field(() => String, { nullable: true, description: 'Why it failed: stable, for programs.' })
  errorCode!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it failed: for a person.' })
  errorMessage!: string | null;

  @Field(() => GraphQLJSON, { description: 'What was asked: method, full configuration, ids of the inputs.' })
  config!: Record<string, unknown>;

  @Field(() => Int, {
    description: '0; or, where the same work was asked for once more (`again`, `reproduce`): 1, 2, …',
  })
  repetition!: number;

  @Field(() => Int, { description: 'Equal inputs, configuration, seed and environment give equal results.' })
  seed!: number;

  @Field(() => String, { description: 'The version of this software that took the request.' })
  codeVersion!: string;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'Where it ran: backend, device, threads, processor, versions. Null until it has begun.',
  })
  environment!: Record<string, unknown> | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'What came out, as counts and ids; null until it has succeeded.',
  })
  result!: Record<string, unknown> | null;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  finishedAt!: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When somebody asked for it to stop.' })
  cancelRequestedAt!: Date | null;

  @Related({ on: pointsHere('run_id') })
  @Field(() => Fusion, { nullable: true, description: 'What it makes, where it is a fusion.' })
  fusion!: Fusion | null;

  @Related({ on: pointsHere('run_id') })
  @Field(() => Model, { nullable: true, description: 'What it makes, where it is a training.' })
  model!: Model | null;

  @Related({ on: pointsHere('run_id') })
  @Field(() => Evaluation, { nullable: true, description: 'What it makes, where it is an evaluation.' })
  evaluation!: Evaluation | null;

  @Related({ on: pointsHere('run_id') })
  @Field(() => Experiment, { nullable: true, description: 'What it makes, where it is an experiment.' })
  experiment!: Experiment | null;

  @Related({ on: pointsHere('run_id') })
  @Field(() => Agreement, { nullable: true, description: 'What it makes, where it measures agreement.' })
  agreement!: Agreement | null;
}

@From(
  `(select id as run_id, null::int as epoch from runs
    union all select distinct run_id, epoch from epoch_metrics)`,
  [ascending('run_id', 'uuid'), ascending('epoch', 'int8')],
)
@ObjectType({ description: 'Something has happened in a run.', simpleResolvers: true })
export class RunEvent {
  @RefersTo('run_id')
  @Field(() => Run, { description: 'The run as it is now.' })
  run!: Run;

  @Field(() => Int, {
    nullable: true,
    description: 'The epoch that this event brings; null where it brings none.',
  })
  epoch!: number | null;

  @Related({
    on: (metric, event) => `${metric}.run_id = ${event}.run_id and ${metric}.epoch = ${event}.epoch`,
  })
  @Field(() => [EpochMetric], { description: 'The numbers of that epoch.' })
  metrics!: EpochMetric[];
}

export const RunConnection = connectionType('Run', () => Run);
