import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { experiments } from '../../ml/experiments/index.ts';
import { Snapshot } from '../cohorts/cohort.type.ts';
import { isOutdated } from '../methods/outdated.ts';
import { connectionType } from '../read/connection.type.ts';
import { ascending, From, pointsHere, RefersTo, Related, Sql } from '../read/sql-fields.ts';
import { Run } from '../runs/run.type.ts';

@From('experiment_steps', [ascending('position', 'int8')])
@ObjectType({ description: "One step of an experiment's work.", simpleResolvers: true })
export class ExperimentStep {
  @Field(() => String, { description: "A label for people to read, such as 'train dl-cat'." })
  label!: string;

  @RefersTo('run_id')
  @Field(() => Run, {
    description: 'The run that does the work; its fusion, model or evaluation has the details.',
  })
  run!: Run;
}

@From('experiment_rows', [ascending('position', 'int8')])
@ObjectType({ description: 'One number of a figure, with its interval.', simpleResolvers: true })
export class ExperimentRow {
  @Field(() => ID)
  id!: string;

  @Field(() => String, {
    description:
      "'paper': a test image may be fused with its own diagnosis. 'leak-controlled': no mask depends on the diagnosis of a test image. 'both': no mask has seen a diagnosis.",
  })
  protocol!: string;

  @Field(() => String, {
    description: 'The fusion whose masks are read, or whose masks a model has learned from.',
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

  @Field(() => String, { nullable: true, description: 'For a difference: the fusion that is subtracted.' })
  against!: string | null;

  @Field(() => String, {
    description:
      "A metric of the registry, 'auc_difference', or of a fusion: the 'weight' of a rater, the 'spectral_energy' of its maps, the 'movement' of its masks from the vote, the 'loss' that it ended at.",
  })
  metric!: string;

  @Field(() => Float, { nullable: true, description: 'Null if undefined; `note` says why.' })
  value!: number | null;

  @Field(() => Float, { nullable: true, description: 'Lower bound of the 95 % interval.' })
  low!: number | null;

  @Field(() => Float, { nullable: true, description: 'Upper bound of the 95 % interval.' })
  high!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      "'delong', 'obuchowski' (subjects with several images): over images, for one seed. 'seeds': Student's t over the seeds. 'permutations': over the permutations of a control. 'normal': for a mean over images.",
  })
  interval!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'For a difference at one seed: the paired test of its interval, two-sided.',
  })
  pValue!: number | null;

  @Field(() => [Int], { description: 'The seeds that it is computed from.' })
  seeds!: number[];

  @Field(() => Int, {
    nullable: true,
    description:
      'Number of images in which both compared masks are empty; see EvaluationMetric. Null for other numbers, and where it is over several seeds or folds.',
  })
  bothEmptyCount!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Number of images in which one of the two masks is empty.',
  })
  oneEmptyCount!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'In cross-validation, the fold it belongs to. Null: all images, or all folds.',
  })
  fold!: number | null;

  @Field(() => Boolean, {
    description: 'Whether it was computed from masks that had seen the diagnosis of their own image.',
  })
  transductive!: boolean;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The number that the paper reports, if it reports one.',
  })
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
  description: 'A figure of the paper, produced on a frozen cohort: steps of work and a table of numbers.',
  simpleResolvers: true,
})
export class Experiment {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: "Name in methods(kind: EXPERIMENT), such as 'figure-4'." })
  name!: string;

  @Field(() => Int, {
    description: 'Version of the method that produced it; Method.history says what changed.',
  })
  methodVersion!: number;

  @Sql(isOutdated(experiments, 'name'))
  @Field(() => Boolean, {
    description:
      'Produced by a version of the method that this server no longer has. The same request would now give a new result.',
  })
  outdated!: boolean;

  @RefersTo('run_id')
  @Field(() => Run)
  run!: Run;

  @RefersTo('snapshot_id')
  @Field(() => Snapshot, { description: 'The images it was made on, identified by a hash.' })
  snapshot!: Snapshot;

  @Related({ on: pointsHere('experiment_id') })
  @Field(() => [ExperimentStep], { description: 'In the order in which they were started.' })
  steps!: ExperimentStep[];

  @Related({ on: pointsHere('experiment_id') })
  @Field(() => [ExperimentRow], { description: 'Its numbers. Empty until its run has succeeded.' })
  rows!: ExperimentRow[];
}

export const ExperimentConnection = connectionType('Experiment', () => Experiment);
