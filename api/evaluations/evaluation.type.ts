import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { Fold } from '../../ml/data/fold.ts';
import { metrics } from '../../ml/metrics/index.ts';
import { Snapshot } from '../cohorts/cohort.type.ts';
import { Rater, Structure } from '../datasets/dataset.type.ts';
import { Split } from '../enums.type.ts';
import { Fusion } from '../fusions/fusion.type.ts';
import { Image } from '../images/image.type.ts';
import { connectionType } from '../read/connection.type.ts';
import { ascending, finite, From, pointsHere, RefersTo, Related, Sql } from '../read/sql-fields.ts';
import { Run } from '../runs/run.type.ts';
import { Model } from '../training/model.type.ts';

/** Of an evaluation: those that each image has, or those of the whole set. */
function metricNames(of: 'image' | 'set'): string {
  const listed = metrics.list().filter(({ compares, perImage, overImages }) => {
    return compares !== 'raters' && (of === 'image' ? perImage : overImages !== null);
  });
  return listed.map(({ name }) => `'${name}'`).join(', ');
}

@From('evaluation_metrics')
@ObjectType({ description: 'One number of an evaluation, with its interval.', simpleResolvers: true })
export class EvaluationMetric {
  @Field(() => String, { description: `As methods(kind: METRIC) lists it: ${metricNames('set')}.` })
  name!: string;

  @Field(() => GraphQLJSON, { description: 'Settings of the metric: tells apart what was measured twice.' })
  settings!: unknown;

  @Field(() => String, { nullable: true, description: "'pixel' or 'mm'; null for a number without a unit." })
  unit!: string | null;

  @Field(() => Float, { nullable: true, description: 'Null if undefined; `note` says why.' })
  value!: number | null;

  @Field(() => Float, { nullable: true, description: 'Lower bound of the 95 % interval.' })
  low!: number | null;

  @Field(() => Float, { nullable: true, description: 'Upper bound of the 95 % interval.' })
  high!: number | null;

  @Field(() => String, { nullable: true, description: "How the interval was made: 'delong', 'bootstrap', …" })
  interval!: string | null;

  @Field(() => Int, { description: 'Images that it is over.' })
  count!: number;

  @Field(() => Int, { description: 'Images left out because the number is undefined for them.' })
  undefinedCount!: number;

  @Field(() => Int, {
    description:
      'How many of these were left out because a mask that is not empty has no pixel left at the size of the comparison.',
  })
  vanishedCount!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'Number of images in which both compared masks are empty: no pixel above the threshold, or the lowest of several. They agree: overlaps are 1 there, distances undefined. Null where no masks are compared, and for results of earlier versions, which did not count.',
  })
  bothEmptyCount!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Number of images in which one of the two masks is empty. They do not agree: Dice is 0 there, distances are undefined.',
  })
  oneEmptyCount!: number | null;

  @Field(() => Boolean, { description: 'Masks that had seen the diagnosis of their own image went into it.' })
  transductive!: boolean;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @RefersTo('structure_id')
  @Field(() => Structure, { nullable: true, description: 'Null where it is over all structures or of none.' })
  structure!: Structure | null;

  @RefersTo('rater_id')
  @Field(() => Rater, {
    nullable: true,
    description: "Set where the reference is this rater's mask, not the fusion.",
  })
  rater!: Rater | null;
}

/** What is said of one image carries the flag of the number over all images that it is a part of. */
function hasSeen(row: string, ofNumber: string): string {
  return `coalesce(
    (select bool_or(m.transductive) from evaluation_metrics m where m.evaluation_id = ${row}.evaluation_id and ${ofNumber}),
    (select e.transductive from evaluations e where e.id = ${row}.evaluation_id))`;
}

@From('diagnosis_scores', [ascending('image_id', 'uuid')])
@ObjectType({
  description: "The judge's reading of one image: the AUC can be computed again from these.",
  simpleResolvers: true,
})
export class DiagnosisScore {
  @RefersTo('image_id')
  @Field(() => Image)
  image!: Image;

  @Sql((row) => finite(`${row}.logit`))
  @Field(() => Float, { nullable: true, description: 'Logit of diagnosis 1; null where it was not finite.' })
  logit!: number | null;

  @Sql((row) => hasSeen(row, "m.name = 'auc'"))
  @Field(() => Boolean, { description: 'The mask that was read had seen the diagnosis of this image.' })
  transductive!: boolean;
}

@From('image_metrics', [
  ascending('image_id', 'uuid'),
  ascending('structure_id', 'uuid'),
  ascending('name', 'text'),
  ascending('id', 'uuid'),
])
@ObjectType({
  description: 'One number of one image and structure. An image for which it is undefined has none.',
  simpleResolvers: true,
})
export class ImageMetric {
  @Field(() => String, { description: `As methods(kind: METRIC) lists it: ${metricNames('image')}.` })
  name!: string;

  @Field(() => GraphQLJSON, { description: 'Settings of the metric.' })
  settings!: unknown;

  @Field(() => String, { nullable: true, description: "'pixel' or 'mm'; null for a number without a unit." })
  unit!: string | null;

  @Sql((row) => finite(`${row}.value`))
  @Field(() => Float, { nullable: true })
  value!: number | null;

  @Sql((row) =>
    hasSeen(
      row,
      `m.name = ${row}.name and m.structure_id = ${row}.structure_id
    and m.rater_id is not distinct from ${row}.rater_id`,
    ),
  )
  @Field(() => Boolean, { description: 'A mask that had seen the diagnosis of this image went into it.' })
  transductive!: boolean;

  @RefersTo('image_id')
  @Field(() => Image)
  image!: Image;

  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;

  @RefersTo('rater_id')
  @Field(() => Rater, {
    nullable: true,
    description: "Set where the reference is this rater's mask, not the fusion.",
  })
  rater!: Rater | null;
}

@From('evaluations')
@ObjectType({
  description: "How good a fusion's masks, or a model's predicted masks, are on one split.",
  simpleResolvers: true,
})
export class Evaluation {
  @Field(() => ID)
  id!: string;

  @Field(() => Split)
  split!: Split;

  @Sql(
    (row) =>
      `case when ${row}.fold_of is not null then json_build_object('index', ${row}.fold_index, 'of', ${row}.fold_of,
        'division', coalesce((select r.config #>> '{fold,division}' from runs r where r.id = ${row}.run_id), 'by-name')) end`,
  )
  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      "Only this part of the split's images: { index, of, division }, as in the training setting leaveOut. Null: all of them.",
  })
  fold!: Fold | null;

  @Field(() => Boolean, {
    description: 'A mask that had seen the diagnosis of its own image went into a number here.',
  })
  transductive!: boolean;

  @RefersTo('run_id')
  @Field(() => Run)
  run!: Run;

  @RefersTo('snapshot_id')
  @Field(() => Snapshot)
  snapshot!: Snapshot;

  @RefersTo('fusion_id')
  @Field(() => Fusion, { nullable: true, description: 'What is evaluated: the masks of this fusion …' })
  fusion!: Fusion | null;

  @RefersTo('model_id')
  @Field(() => Model, { nullable: true, description: '… or the masks that this model predicts.' })
  model!: Model | null;

  @RefersTo('judge_model_id')
  @Field(() => Model, {
    nullable: true,
    description:
      'The diagnosis model that reads the masks; its scores give the AUC. Null where only masks were compared.',
  })
  judgeModel!: Model | null;

  @Related({ on: pointsHere('evaluation_id'), order: () => [ascending('name', 'text')] })
  @Field(() => [EvaluationMetric], {
    description: 'Its numbers, by name. Empty until its run has succeeded.',
  })
  metrics!: EvaluationMetric[];
}

export const EvaluationConnection = connectionType('Evaluation', () => Evaluation);
export const DiagnosisScoreConnection = connectionType('DiagnosisScore', () => DiagnosisScore);
export const ImageMetricConnection = connectionType('ImageMetric', () => ImageMetric);
