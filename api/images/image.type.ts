import { GraphQLDateTimeISO, GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Annotation } from '../annotations/annotation.type.ts';
import { Dataset } from '../datasets/dataset.type.ts';
import { Diagnosis } from '../diagnoses/diagnosis.type.ts';
import { Split } from '../enums.type.ts';
import { connectionType } from '../read/connection.type.ts';
import { Purge } from '../purges/purge.type.ts';
import { ascending, blobUrl, From, pointsHere, RefersTo, Related, Sql } from '../read/sql-fields.ts';
import { Withdrawal } from '../withdrawals/withdrawal.type.ts';

const byRater = () => [
  ascending('rater', 'int8', (row) => `(select position from raters where id = ${row}.rater_id)`),
  ascending('structure', 'int8', (row) => `(select position from structures where id = ${row}.structure_id)`),
];

@From('images')
@ObjectType({
  description: 'An image of a dataset, as stored (cropped, if the manifest asks for it).',
  simpleResolvers: true,
})
export class Image {
  @Field(() => ID)
  id!: string;

  @Field(() => String, {
    description: "Its file, relative to the manifest's folder; serves as its name within the dataset.",
  })
  path!: string;

  @Field(() => String, { description: 'The person, animal or phantom that it shows.' })
  subject!: string;

  @Field(() => Split)
  split!: Split;

  @Field(() => Int, { nullable: true, description: 'Pixels. Null if it has neither picture nor masks.' })
  width!: number | null;

  @Field(() => Int, { nullable: true, description: 'Pixels. Null if it has neither picture nor masks.' })
  height!: number | null;

  @Sql((row) => `${row}.spacing_y`)
  @Field(() => Float, { nullable: true, description: 'Height of a pixel in millimetres. Null if unknown.' })
  spacingY!: number | null;

  @Sql((row) => `${row}.spacing_x`)
  @Field(() => Float, { nullable: true, description: 'Width of a pixel in millimetres. Null if unknown.' })
  spacingX!: number | null;

  @Sql((row) => blobUrl(`${row}.sha256`))
  @Field(() => String, {
    nullable: true,
    description: 'URL of the stored image, relative to the address of the server. Null without a picture.',
  })
  url!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'SHA-256 of the stored image, in hexadecimal. Null without a picture.',
  })
  sha256!: string | null;

  @Field(() => GraphQLJSON, { description: 'Extra columns of its row in the manifest.' })
  metadata!: Record<string, unknown>;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;

  @RefersTo('dataset_id')
  @Field(() => Dataset)
  dataset!: Dataset;

  @RefersTo('withdrawal_id')
  @Field(() => Withdrawal, {
    nullable: true,
    description: 'Who took it back, when and why. Null if it is not withdrawn.',
  })
  withdrawal!: Withdrawal | null;

  @RefersTo('purge_id')
  @Field(() => Purge, {
    nullable: true,
    description: 'Who had its bytes deleted for good. Null if they are there.',
  })
  purge!: Purge | null;

  @Related({ on: pointsHere('image_id'), where: (row) => [`${row}.current`], order: byRater })
  @Field(() => [Annotation], {
    description:
      "The newest versions of the raters' masks, ordered by rater and structure. Withdrawn ones are left out.",
  })
  annotations!: Annotation[];

  @Related({ on: pointsHere('image_id'), order: () => [...byRater(), ascending('version', 'int8')] })
  @Field(() => [Annotation], { description: "All versions of the raters' masks, withdrawn ones too." })
  annotationHistory!: Annotation[];

  @Related({
    on: pointsHere('image_id'),
    where: (row) => [`${row}.current`],
    order: () => [
      // 'reference' first: it is the one that the numbers are made with.
      ascending('reference', 'int8', (row) => `(${row}.source <> 'reference')::int`),
      ascending('source', 'text'),
    ],
  })
  @Field(() => [Diagnosis], { description: "The newest versions of its diagnoses, 'reference' first." })
  diagnoses!: Diagnosis[];
}

export const ImageConnection = connectionType('Image', () => Image);
