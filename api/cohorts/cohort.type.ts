import { GraphQLDateTimeISO, GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Agreement } from '../agreement/agreement.type.ts';
import { Annotation } from '../annotations/annotation.type.ts';
import { Dataset } from '../datasets/dataset.type.ts';
import { Diagnosis } from '../diagnoses/diagnosis.type.ts';
import { Split } from '../enums.type.ts';
import { Image } from '../images/image.type.ts';
import { connectionType } from '../read/connection.type.ts';
import { ascending, From, pointsHere, RefersTo, Related, Sql } from '../read/sql-fields.ts';

@From('cohorts')
@ObjectType({
  description: "A saved filter over a dataset's images. Freeze it to work with it.",
  simpleResolvers: true,
})
export class Cohort {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Unique within its dataset.' })
  name!: string;

  @Field(() => GraphQLJSON, { description: 'The filter, as ImageFilter takes it.' })
  filter!: Record<string, unknown>;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @RefersTo('dataset_id')
  @Field(() => Dataset)
  dataset!: Dataset;

  @Related({ on: pointsHere('cohort_id') })
  @Field(() => [Snapshot], { description: 'Snapshots made from it, oldest first.' })
  snapshots!: Snapshot[];
}

/** Counts the images of a snapshot; `i` is the image. */
const membersWhere = (condition: string) => (row: string) =>
  `(select count(*) from snapshot_images s join images i on i.id = s.image_id where s.snapshot_id = ${row}.id and ${condition})`;
@From('snapshot_graders', [ascending('position', 'int8')])
@ObjectType({ description: 'A grader, as the label fusion of a snapshot sees them.', simpleResolvers: true })
export class SnapshotGrader {
  @Field(() => String)
  name!: string;

  @Field(() => Int, { description: 'How many images the grader graded.' })
  grades!: number;

  @Field(() => [Float], {
    description:
      "Of Dawid–Skene: the probability that the grader says a value, given the image's own, row by row (values of the image) in the order of the scale. Empty for other methods.",
  })
  confusion!: number[];

  @Field(() => Float, {
    nullable: true,
    description: 'Of GLAD: 0 is guessing; the higher, the more often right. Null for other methods.',
  })
  ability!: number | null;
}

@From('snapshots')
@ObjectType({
  description:
    'A frozen cohort: exactly these images, annotation versions and diagnoses, whatever changes later.',
  simpleResolvers: true,
})
export class Snapshot {
  @Field(() => ID)
  id!: string;

  @Field(() => String, {
    description: 'SHA-256 over its members, their contents and versions. Equal hashes mean equal data.',
  })
  hash!: string;

  @Field(() => Int)
  imageCount!: number;

  @Sql(membersWhere('i.withdrawal_id is not null'))
  @Field(() => Int, { description: 'How many of its images were withdrawn since.' })
  withdrawnCount!: number;

  @Sql(membersWhere('i.purge_id is not null'))
  @Field(() => Int, {
    description: 'How many of its images were purged since. New work that reads them is refused.',
  })
  purgedCount!: number;

  @Sql(
    (row) => `(select count(*) from snapshot_annotations s join annotations a on a.id = s.annotation_id
      where s.snapshot_id = ${row}.id and a.withdrawal_id is not null)`,
  )
  @Field(() => Int, { description: 'How many of its annotations were withdrawn since, each by itself.' })
  withdrawnAnnotationCount!: number;

  @Sql(
    (row) => `(select count(*) from snapshot_images s join diagnoses d on d.id = s.diagnosis_id
      where s.snapshot_id = ${row}.id and d.withdrawal_id is not null)`,
  )
  @Field(() => Int, { description: 'How many of its diagnoses were withdrawn since.' })
  withdrawnDiagnosisCount!: number;
  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      'How the labels of its images were made of diagnoses. Null: the reference is the label, if it is 0 or 1.',
  })
  labelRule!: Record<string, unknown> | null;

  @Related({ on: pointsHere('snapshot_id') })
  @Field(() => [SnapshotGrader], {
    description: 'Whose grades the label rule fuses. Empty without a fusion.',
  })
  graders!: SnapshotGrader[];

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @RefersTo('cohort_id')
  @Field(() => Cohort)
  cohort!: Cohort;

  @Related({ on: pointsHere('snapshot_id') })
  @Field(() => [Agreement], {
    description: 'Measurements of the agreement between its raters, oldest first.',
  })
  agreements!: Agreement[];
}

@From('snapshot_images', [ascending('position', 'int8')])
@ObjectType({ description: 'An image as it was frozen in a snapshot.', simpleResolvers: true })
export class SnapshotImage {
  @Field(() => Int, { description: 'Its position in the snapshot, counted from 0.' })
  position!: number;

  @Field(() => Split, { description: 'Its split when the cohort was frozen.' })
  split!: Split;

  @RefersTo('image_id')
  @Field(() => Image)
  image!: Image;

  @RefersTo('diagnosis_id')
  @Field(() => Diagnosis, {
    nullable: true,
    description: 'Its reference diagnosis when the cohort was frozen.',
  })
  diagnosis!: Diagnosis | null;

  @Field(() => Int, {
    nullable: true,
    description: '0 or 1: what fusions, models and AUC read. Null if it is unknown.',
  })
  label!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Place on the scale of the value that the label rule judges. Null if unknown, or without a rule.',
  })
  grade!: number | null;

  @Sql(
    (row) => `(select d.diagnosis_names[${row}.grade + 1] from images i join datasets d on d.id = i.dataset_id
      where i.id = ${row}.image_id)`,
  )
  @Field(() => String, { nullable: true, description: 'What the dataset calls this value.' })
  gradeName!: string | null;

  @Field(() => [Float], {
    description: 'Of a label fusion: the probability of each value of the scale. Otherwise empty.',
  })
  probabilities!: number[];

  @Related({
    on: (diagnosis, row) => `${diagnosis}.image_id = ${row}.image_id and exists (select 1
      from snapshot_diagnoses s where s.snapshot_id = ${row}.snapshot_id and s.diagnosis_id = ${diagnosis}.id)`,
    order: () => [ascending('source', 'text')],
  })
  @Field(() => [Diagnosis], {
    description: 'The diagnoses of all sources, in the versions that were frozen with the label rule.',
  })
  grades!: Diagnosis[];

  @Related({
    on: (annotation, row) => `${annotation}.image_id = ${row}.image_id and exists (select 1
      from snapshot_annotations s where s.snapshot_id = ${row}.snapshot_id and s.annotation_id = ${annotation}.id)`,
  })
  @Field(() => [Annotation], { description: 'The annotations, in the versions that were frozen.' })
  annotations!: Annotation[];
}

export const CohortConnection = connectionType('Cohort', () => Cohort);
export const SnapshotImageConnection = connectionType('SnapshotImage', () => SnapshotImage);
