import { GraphQLDateTimeISO, GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Cohort } from '../cohorts/cohort.type.ts';
import { DiagnosisKind, RaterKind } from '../enums.type.ts';
import { connectionType } from '../read/connection.type.ts';
import { ascending, From, pointsHere, RefersTo, Related, Sql } from '../read/sql-fields.ts';
import { Withdrawal } from '../withdrawals/withdrawal.type.ts';

const inPosition = () => [ascending('position', 'int8')];

@From('structures')
@ObjectType({
  description: 'What raters outline: optic disc, optic cup, nodule, lesion.',
  simpleResolvers: true,
})
export class Structure {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => Int, { description: 'Its position among the structures of its dataset, counted from 0.' })
  position!: number;
}

@From('raters')
@ObjectType({
  description: 'A source of outlines in the images of a dataset: a person, or a level of a vote map.',
  simpleResolvers: true,
})
export class Rater {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => Int, { description: 'Their position among the raters of the dataset, counted from 0.' })
  position!: number;

  @Field(() => RaterKind)
  kind!: RaterKind;

  @Field(() => Float, {
    nullable: true,
    description:
      'How much the outlines reveal about the diagnosis by construction, 0 to 1. Known for phantoms only.',
  })
  informativeness!: number | null;
}

@From('datasets')
@ObjectType({
  description: 'Images that were imported together, with their raters and structures.',
  simpleResolvers: true,
})
export class Dataset {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Unique.' })
  name!: string;

  @Field(() => String)
  description!: string;

  @Field(() => String, { description: 'Free text from the manifest: fundus, ultrasound, dermoscopy, …' })
  modality!: string;

  @Field(() => DiagnosisKind, { description: 'What kind of values its diagnoses take.' })
  diagnosisKind!: DiagnosisKind;

  @Field(() => [String], { description: 'What the diagnoses 0, 1, … are called, in this order.' })
  diagnosisNames!: string[];

  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      'How labels are made of diagnoses if a cohort is frozen without a rule (docs/diagnoses.md). Null: the reference, if it is 0 or 1.',
  })
  labelRule!: Record<string, unknown> | null;

  @Sql(
    (row) => `(select coalesce(array_agg(distinct g.source order by g.source), '{}') from diagnoses g
      join images i on i.id = g.image_id where i.dataset_id = ${row}.id and g.source <> 'reference')`,
  )
  @Field(() => [String], { description: "Whose diagnoses there are beside 'reference'." })
  graders!: string[];

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @Sql((row) => `(select count(*) from images i where i.dataset_id = ${row}.id and i.withdrawal_id is null)`)
  @Field(() => Int, {
    description: 'How many images it has, without withdrawn ones. Counted only when asked for.',
  })
  imageCount!: number;

  @Sql(
    (row) =>
      `(select coalesce(json_agg(o.file order by o.created_at, o.id), '[]') from origins o where o.dataset_id = ${row}.id)`,
  )
  @Field(() => [String], {
    description: 'The files that it was imported from, as the server saw them, first one first.',
  })
  origins!: string[];

  @RefersTo('withdrawal_id')
  @Field(() => Withdrawal, {
    nullable: true,
    description: 'Who took it back, when and why. Null if it is not withdrawn.',
  })
  withdrawal!: Withdrawal | null;

  @Related({ on: pointsHere('dataset_id'), order: inPosition })
  @Field(() => [Structure])
  structures!: Structure[];

  @Related({ on: pointsHere('dataset_id'), order: inPosition })
  @Field(() => [Rater])
  raters!: Rater[];

  @Related({ on: pointsHere('dataset_id') })
  @Field(() => [Cohort], { description: 'The saved filters over its images, oldest first.' })
  cohorts!: Cohort[];
}

export const DatasetConnection = connectionType('Dataset', () => Dataset);
