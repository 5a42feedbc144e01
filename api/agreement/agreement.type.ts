import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Snapshot } from '../cohorts/cohort.type.ts';
import { Rater, Structure } from '../datasets/dataset.type.ts';
import { AgreementMapKind, Split } from '../enums.type.ts';
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
    'One number on one structure: of all raters; of one against the others, where only `rater` is set; of two.',
  simpleResolvers: true,
})
export class AgreementMetric {
  @Field(() => String, {
    description:
      "Of all: 'fleiss_kappa' and 'krippendorff_alpha' of the pixels of all images together, 'mean_pairwise_dice'. Of all, one or two: 'generalised_energy_distance' (0 is full agreement; of one against the others; of two: twice 1 - IoU). Of two: 'dice', and 'cohen_kappa' of all pixels together. Dice and distance are means over images.",
  })
  name!: string;

  @Field(() => Float, { nullable: true, description: 'Null where it is undefined: `note` says why.' })
  value!: number | null;

  @Field(() => Float, { nullable: true, description: 'Lower end of the 95 % interval.' })
  low!: number | null;

  @Field(() => Float, { nullable: true, description: 'Upper end of the 95 % interval.' })
  high!: number | null;

  @Field(() => String, {
    nullable: true,
    description: "How the interval was made: 'bootstrap', over images.",
  })
  interval!: string | null;

  @Field(() => Int, { description: 'Images that it is over.' })
  count!: number;

  @Field(() => Int, {
    description:
      'Images left out: too few annotators for this number, or, for Dice, two masks that are both empty.',
  })
  undefinedCount!: number;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;

  @RefersTo('rater_id')
  @Field(() => Rater, { nullable: true, description: 'Null where it is of all raters.' })
  rater!: Rater | null;

  @RefersTo('other_rater_id')
  @Field(() => Rater, { nullable: true, description: 'Set where it is of two raters.' })
  otherRater!: Rater | null;
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
    description: 'A PNG of 16 bits: value / 65535. Relative to the address of the server.',
  })
  url!: string;
}

const position = (table: string, column: string) => (row: string) =>
  `coalesce((select position from ${table} where id = ${row}.${column}), -1)`;

@From('agreements')
@ObjectType({
  description:
    'How far the raters of a frozen cohort agree, by structure, rater and pair. An image counts for those who annotated it.',
  simpleResolvers: true,
})
export class Agreement {
  @Field(() => ID)
  id!: string;

  @Field(() => Split, { nullable: true, description: 'Null where it is over the images of all splits.' })
  split!: Split | null;

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
      'Its numbers: by structure, first of all raters, then by rater, of each against the others and of pairs. Empty until its run has succeeded.',
  })
  metrics!: AgreementMetric[];
}

export const AgreementConnection = connectionType('Agreement', () => Agreement);
