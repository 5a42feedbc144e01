import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Snapshot } from '../cohorts/cohort.type.ts';
import { Rater, Structure } from '../datasets/dataset.type.ts';
import { AgreementMapKind, AgreementSubject, Split } from '../enums.type.ts';
import { softPng } from '../fusions/mask.type.ts';
import { Image } from '../images/image.type.ts';
import { connectionType } from '../read/connection.type.ts';
import { ascending, blobUrl, From, pointsHere, RefersTo, Related, Sql } from '../read/sql-fields.ts';
import { Run } from '../runs/run.type.ts';

/** Maps are stored as they are drawn; until the run has succeeded they are not results. */
export function ofSucceededAgreement(agreementId: string): string {
  return `exists (select 1 from agreements g join runs r on r.id = g.run_id
    where g.id = ${agreementId} and r.status = 'succeeded')`;
}

@From('agreement_metrics')
@ObjectType({
  description:
    'One number for one structure: for all raters, for one rater against the others (only `rater` is set), or for two raters.',
  simpleResolvers: true,
})
export class AgreementMetric {
  @Field(() => String, {
    description:
      "For all raters: 'fleiss_kappa' and 'krippendorff_alpha', over the pixels of all images together, and 'mean_pairwise_dice'. For all, one or two raters: 'generalised_energy_distance' (0 is full agreement; one rater is compared with the others; for two raters it is twice 1 - IoU). For two raters: 'dice', and 'cohen_kappa' over all pixels together. Dice and the distance are means over images.",
  })
  name!: string;

  @Field(() => Float, { nullable: true, description: 'Null if undefined; `note` says why.' })
  value!: number | null;

  @Field(() => Float, { nullable: true, description: 'Lower bound of the 95 % interval.' })
  low!: number | null;

  @Field(() => Float, { nullable: true, description: 'Upper bound of the 95 % interval.' })
  high!: number | null;

  @Field(() => String, {
    nullable: true,
    description: "How the interval was computed: 'bootstrap', over images.",
  })
  interval!: string | null;

  @Field(() => Int, { description: 'Number of images that it is computed from.' })
  count!: number;

  @Field(() => Int, {
    description:
      'Number of images left out: they have too few annotators for this number. For a kappa or alpha that is undefined, all.',
  })
  undefinedCount!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'Number of images in which all compared masks are empty. They agree: Dice is 1 there, the energy distance 0. Null for results of earlier versions, which did not count.',
  })
  bothEmptyCount!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Number of images in which some of the compared masks are empty, but not all. An empty mask does not agree with one that is not: their Dice is 0.',
  })
  oneEmptyCount!: number | null;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;

  @RefersTo('rater_id')
  @Field(() => Rater, { nullable: true, description: 'Null for a number over all raters.' })
  rater!: Rater | null;

  @RefersTo('other_rater_id')
  @Field(() => Rater, { nullable: true, description: 'Set for a number over two raters.' })
  otherRater!: Rater | null;
}

@From('grade_agreement_metrics', [ascending('position', 'int8')])
@ObjectType({
  description: "One number of graders' diagnoses: of all graders, or of two.",
  simpleResolvers: true,
})
export class GradeAgreementMetric {
  @Field(() => String, { description: 'Its name: methods(kind: GRADE_METRIC) says what each is.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Null for a number of all graders.' })
  grader!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The other of two graders, or 'reference'. Null for a number of all graders.",
  })
  otherGrader!: string | null;

  @Field(() => Float, { nullable: true, description: 'Null if undefined; `note` says why.' })
  value!: number | null;

  @Field(() => Float, { nullable: true, description: 'Lower bound of the 95 % interval.' })
  low!: number | null;

  @Field(() => Float, { nullable: true, description: 'Upper bound of the 95 % interval.' })
  high!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      "How the interval was computed: 'bootstrap', over subjects, or 'f', from the F distribution.",
  })
  interval!: string | null;

  @Field(() => Int, { description: 'Number of images that it is computed from.' })
  count!: number;

  @Field(() => Int, { description: 'Number of images left out: they lack the grades that it compares.' })
  undefinedCount!: number;

  @Field(() => String, { nullable: true })
  note!: string | null;
}

@From('agreement_maps', [
  ascending('agreement_id', 'uuid'),
  ascending('image_id', 'uuid'),
  ascending('structure_id', 'uuid'),
  ascending('kind', 'text', (row) => `${row}.kind::text`),
])
@ObjectType({
  description:
    'Where the annotators of an image agree on a structure, pixel by pixel, at the size of the image.',
  simpleResolvers: true,
})
export class AgreementMap {
  @Field(() => AgreementMapKind)
  kind!: AgreementMapKind;

  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;

  @Sql((row) => blobUrl(`${row}.sha256`))
  @Field(() => String, {
    description: softPng,
  })
  url!: string;
}

@From('image_agreements', [
  ascending('image_id', 'uuid'),
  ascending('structure_id', 'uuid'),
  ascending('name', 'text'),
  ascending('id', 'uuid'),
])
@ObjectType({
  description:
    'One number of one image and structure: of all its annotators together, of one against the others (only `rater` is set), or of two. An image for which it is undefined has none: a distance to an empty mask, a kappa where all votes are equal.',
  simpleResolvers: true,
})
export class ImageAgreement {
  @Field(() => String, {
    description:
      "For all raters: 'fleiss_kappa', 'krippendorff_alpha' and 'mean_pairwise_dice'. For all, one or two: 'generalised_energy_distance'. For two: 'dice', 'cohen_kappa' and 'hausdorff_95', the distance between their outlines.",
  })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: "For a distance: 'mm' where the size of the image's pixels is known, otherwise 'pixel'.",
  })
  unit!: string | null;

  @Field(() => Float)
  value!: number;

  @RefersTo('image_id')
  @Field(() => Image)
  image!: Image;

  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;

  @RefersTo('rater_id')
  @Field(() => Rater, { nullable: true, description: 'Null for a number over all raters.' })
  rater!: Rater | null;

  @RefersTo('other_rater_id')
  @Field(() => Rater, { nullable: true, description: 'Set for a number over two raters.' })
  otherRater!: Rater | null;
}

const position = (table: string, column: string) => (row: string) =>
  `coalesce((select position from ${table} where id = ${row}.${column}), -1)`;

@From('agreements')
@ObjectType({
  description:
    'How far the raters of a frozen cohort agree, by structure, rater and pair. An image counts only for the raters who annotated it.',
  simpleResolvers: true,
})
export class Agreement {
  @Field(() => ID)
  id!: string;

  @Field(() => Split, { nullable: true, description: 'Null if it covers the images of all splits.' })
  split!: Split | null;

  @Field(() => AgreementSubject, { description: 'What is compared.' })
  subject!: AgreementSubject;

  @RefersTo('run_id')
  @Field(() => Run)
  run!: Run;

  @RefersTo('snapshot_id')
  @Field(() => Snapshot)
  snapshot!: Snapshot;

  @Related({
    on: pointsHere('agreement_id'),
    order: () => [
      ascending('structure', 'int8', position('structures', 'structure_id')),
      ascending('rater', 'int8', position('raters', 'rater_id')),
      ascending('other_rater', 'int8', position('raters', 'other_rater_id')),
      ascending('name', 'text'),
    ],
  })
  @Field(() => [AgreementMetric], {
    description:
      'Its numbers, by structure: first for all raters, then by rater, for each against the others and for pairs. Empty until its run has succeeded.',
  })
  metrics!: AgreementMetric[];

  @Related({ on: pointsHere('agreement_id') })
  @Field(() => [GradeAgreementMetric], {
    description:
      'Its numbers if it compares diagnoses: first of all graders, then of pairs. Empty until its run has succeeded.',
  })
  gradeMetrics!: GradeAgreementMetric[];
}

export const AgreementConnection = connectionType('Agreement', () => Agreement);
export const ImageAgreementConnection = connectionType('ImageAgreement', () => ImageAgreement);
