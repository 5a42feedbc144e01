import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { experiments } from '../../ml/experiments/index.ts';
import { Snapshot } from '../cohorts/cohort.type.ts';
import { isOutdated } from '../methods/outdated.ts';
import { connectionType } from '../read/connection.type.ts';
import { ascending, From, pointsHere, RefersTo, Related, Sql } from '../read/sql-fields.ts';
import { Run } from '../runs/run.type.ts';

@From('experiment_steps', [ascending('position', 'int8')])
@ObjectType({ description: 'One piece of the work of an experiment.', simpleResolvers: true })
export class ExperimentStep {
  @Field(() => String, { description: "For a person: 'train dl-cat'." })
  label!: string;

  @RefersTo('run_id')
  @Field(() => Run, { description: 'The run that does it: its fusion, model or evaluation has the details.' })
  run!: Run;
}

@From('experiment_rows', [ascending('position', 'int8')])
@ObjectType({ description: 'One number of a figure, with its interval.', simpleResolvers: true })
export class ExperimentRow {
  @Field(() => ID)
  id!: string;

  @Field(() => String, {
    description:
      "'paper': a test image may be fused with its own diagnosis. 'leak-controlled': no diagnosis of a test image touches any mask. 'both': no mask has seen a diagnosis.",
  })
  protocol!: string;

  @Field(() => String, {
    description: 'The fusion: its masks are read, or a model has learned from them.',
  })
  method!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The diagnosis model that reads the masks, or the segmentation model that has learned from them.',
  })
  model!: string | null;

  @Field(() => String, { nullable: true, description: 'The diagnosis model that reads predicted masks.' })
  judge!: string | null;

  @Field(() => String, { nullable: true })
  rater!: string | null;

  @Field(() => String, { nullable: true })
  structure!: string | null;

  @Field(() => String, { nullable: true, description: 'Of a difference: the fusion that is subtracted.' })
  against!: string | null;

  @Field(() => String, {
    description:
      "A metric of the registry, 'auc_difference', a fusion's 'weight' of a rater, or the 'spectral_energy' of its maps.",
  })
  metric!: string;

  @Field(() => Float, { nullable: true, description: 'Null where it is undefined: `note` says why.' })
  value!: number | null;

  @Field(() => Float, { nullable: true, description: 'Lower end of the 95 % interval.' })
  low!: number | null;

  @Field(() => Float, { nullable: true, description: 'Upper end of the 95 % interval.' })
  high!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      "'delong': over images, one seed. 'seeds': Student's t over the seeds. 'normal': of a mean over images.",
  })
  interval!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Of a difference at one seed: DeLong’s paired test, two-sided.',
  })
  pValue!: number | null;

  @Field(() => [Int], { description: 'The repetitions that it is over.' })
  seeds!: number[];

  @Field(() => Int, {
    nullable: true,
    description: 'Of a cross-validation: the fold that it is about; null: all images, or all folds.',
  })
  fold!: number | null;

  @Field(() => Boolean, { description: 'Masks that had seen the diagnosis of their own image went into it.' })
  transductive!: boolean;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @Field(() => Float, { nullable: true, description: 'The paper’s own number, where it prints one.' })
  paper!: number | null;

  @Related({
    on: (step, row) =>
      `(${step}.experiment_id, ${step}.position) in
        (select s.experiment_id, s.position from experiment_row_steps s where s.row_id = ${row}.id)`,
  })
  @Field(() => [ExperimentStep], { description: 'The steps whose results it was computed from.' })
  steps!: ExperimentStep[];
}

@From('experiments')
@ObjectType({
  description: 'A figure of the paper, made on a frozen cohort: steps of work and a table of numbers.',
  simpleResolvers: true,
})
export class Experiment {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: "Name in methods(kind: EXPERIMENT): 'figure-4'." })
  name!: string;

  @Field(() => Int, { description: 'Version of the method that made it; Method.history tells what changed.' })
  methodVersion!: number;

  @Sql(isOutdated(experiments, 'name'))
  @Field(() => Boolean, {
    description:
      'A version of the method made it that this server no longer has: the same question asked now has another answer.',
  })
  outdated!: boolean;

  @RefersTo('run_id')
  @Field(() => Run)
  run!: Run;

  @RefersTo('snapshot_id')
  @Field(() => Snapshot, { description: 'The images, by their hash.' })
  snapshot!: Snapshot;

  @Related({ on: pointsHere('experiment_id') })
  @Field(() => [ExperimentStep], { description: 'In the order in which they were begun.' })
  steps!: ExperimentStep[];

  @Related({ on: pointsHere('experiment_id') })
  @Field(() => [ExperimentRow], { description: 'Its numbers. Empty until its run has succeeded.' })
  rows!: ExperimentRow[];
}

export const ExperimentConnection = connectionType('Experiment', () => Experiment);
