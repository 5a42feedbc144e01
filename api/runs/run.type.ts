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
import { Purge } from '../purges/purge.type.ts';
import { Model } from '../training/model.type.ts';

@From('epoch_metrics', [ascending('epoch', 'int8'), ascending('name', 'text')])
@ObjectType({ description: 'One number from one epoch of a training.', simpleResolvers: true })
export class EpochMetric {
  @Field(() => Int, { description: 'Counted from 1.' })
  epoch!: number;

  @Field(() => String, { description: 'What is measured: loss, validation_loss, …' })
  name!: string;

  @Sql((row) => finite(`${row}.value`))
  @Field(() => Float, { nullable: true, description: 'Null if it is not a finite number; see notFinite.' })
  value!: number | null;

  @Sql((row) => `case when ${row}.value in ('NaN', 'Infinity', '-Infinity') then ${row}.value::text end`)
  @Field(() => String, {
    nullable: true,
    description: "'NaN', 'Infinity' or '-Infinity' if the value is not finite. Null otherwise.",
  })
  notFinite!: string | null;
}

@From('runs')
@ObjectType({
  description: 'The record of one piece of work: what was requested, its progress, and how it ended.',
  simpleResolvers: true,
})
export class Run {
  @Field(() => ID)
  id!: string;

  @Field(() => RunKind)
  kind!: RunKind;

  @Field(() => RunStatus)
  status!: RunStatus;

  @Field(() => Float, { description: 'How much is done, 0 to 1. Never decreases.' })
  progress!: number;

  @Field(() => String, { description: 'What it is doing now, for people to read.' })
  stage!: string;

  @Sql(
    (
      row,
    ) => `case when ${row}.status = 'queued' then (select 1 + count(*) from runs q where q.status = 'queued'
      and ${laneSql('q.kind')} = ${laneSql(`${row}.kind`)} and (q.created_at, q.id) < (${row}.created_at, ${row}.id)) end`,
  )
  @Field(() => Int, {
    nullable: true,
    description: 'Its position among the waiting runs, counted from 1. Null once it runs.',
  })
  queuePosition!: number | null;

  @Field(() => Int, {
    description:
      'How many times it was started: more than 1 if its worker stopped or died and another resumed it.',
  })
  attempt!: number;

  @Field(() => String, { nullable: true, description: 'Why it failed: a stable code, for programs.' })
  errorCode!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it failed: a message, for people to read.' })
  errorMessage!: string | null;

  @Field(() => GraphQLJSON, {
    description: 'What was requested: method, full configuration, ids of the inputs.',
  })
  config!: Record<string, unknown>;

  @Field(() => Int, {
    description: '0, or 1, 2, … if the same work was requested again (`again`, `reproduce`).',
  })
  repetition!: number;

  @Field(() => Int, { description: 'Equal inputs, configuration, seed and environment give equal results.' })
  seed!: number;

  @Field(() => String, { description: 'The version of this software that accepted the request.' })
  codeVersion!: string;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'Where it ran: backend, device, threads, processor, versions. Null until it has started.',
  })
  environment!: Record<string, unknown> | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'The outcome, as counts and ids. Null until it has succeeded.',
  })
  result!: Record<string, unknown> | null;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true })
  finishedAt!: Date | null;

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it was asked to stop.' })
  cancelRequestedAt!: Date | null;

  @Related({ on: pointsHere('run_id') })
  @Field(() => Fusion, { nullable: true, description: 'What it produces, if it is a fusion.' })
  fusion!: Fusion | null;

  @Related({ on: pointsHere('run_id') })
  @Field(() => Model, { nullable: true, description: 'What it produces, if it is a training.' })
  model!: Model | null;

  @Related({ on: pointsHere('run_id') })
  @Field(() => Evaluation, { nullable: true, description: 'What it produces, if it is an evaluation.' })
  evaluation!: Evaluation | null;

  @Related({ on: pointsHere('run_id') })
  @Field(() => Experiment, { nullable: true, description: 'What it produces, if it is an experiment.' })
  experiment!: Experiment | null;

  @Related({ on: pointsHere('run_id') })
  @Field(() => Agreement, { nullable: true, description: 'What it produces, if it measures agreement.' })
  agreement!: Agreement | null;

  @Related({ on: pointsHere('run_id') })
  @Field(() => Purge, { nullable: true, description: 'What it carries out, if it deletes bytes.' })
  purge!: Purge | null;
}

@From(
  `(select id as run_id, null::int as epoch from runs
    union all select distinct run_id, epoch from epoch_metrics)`,
  [ascending('run_id', 'uuid'), ascending('epoch', 'int8')],
)
@ObjectType({ description: 'Something that happened in a run.', simpleResolvers: true })
export class RunEvent {
  @RefersTo('run_id')
  @Field(() => Run, { description: 'The run as it is now.' })
  run!: Run;

  @Field(() => Int, {
    nullable: true,
    description: 'The epoch that this event reports. Null if it reports none.',
  })
  epoch!: number | null;

  @Related({
    on: (metric, event) => `${metric}.run_id = ${event}.run_id and ${metric}.epoch = ${event}.epoch`,
  })
  @Field(() => [EpochMetric], { description: 'The numbers of that epoch.' })
  metrics!: EpochMetric[];
}

export const RunConnection = connectionType('Run', () => Run);
