import { Field, Float, ObjectType } from 'type-graphql';
import { Rater, Structure } from '../datasets/dataset.type.ts';
import { ascending, blobUrl, From, RefersTo, Sql } from '../read/sql-fields.ts';

const soft = 'A PNG of 16 bits: value / 65535. Relative to the address of the server.';

@From('fused_masks', [
  ascending('fusion_id', 'uuid'),
  ascending('image_id', 'uuid'),
  ascending('structure_id', 'uuid'),
])
@ObjectType({
  description: "The raters' masks of one structure in one image, fused: soft, 0 to 1.",
  simpleResolvers: true,
})
export class FusedMask {
  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;

  @Sql((row) => blobUrl(`${row}.sha256`))
  @Field(() => String, { description: soft })
  url!: string;

  @Sql((row) => `(select f.transductive from fusions f where f.id = ${row}.fusion_id)`)
  @Field(() => Boolean, { description: 'The mask has seen the diagnosis of its own image.' })
  transductive!: boolean;
}

@From('predicted_masks', [
  ascending('model_id', 'uuid'),
  ascending('image_id', 'uuid'),
  ascending('structure_id', 'uuid'),
])
@ObjectType({
  description: 'What a segmentation model takes for a structure in an image: soft, 0 to 1.',
  simpleResolvers: true,
})
export class PredictedMask {
  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;

  @Sql((row) => blobUrl(`${row}.sha256`))
  @Field(() => String, { description: soft })
  url!: string;
}

@From('expertness_maps', [
  ascending('fusion_id', 'uuid'),
  ascending('image_id', 'uuid'),
  ascending('rater_id', 'uuid'),
])
@ObjectType({
  description:
    'How far a fusion trusts one rater at every pixel of an image; the maps of an image sum to one.',
  simpleResolvers: true,
})
export class ExpertnessMap {
  @RefersTo('rater_id')
  @Field(() => Rater)
  rater!: Rater;

  @Sql((row) => blobUrl(`${row}.sha256`))
  @Field(() => String, { description: soft })
  url!: string;

  @Sql(
    (row) => `(select w.weight from rater_weights w where w.fusion_id = ${row}.fusion_id
      and w.image_id = ${row}.image_id and w.rater_id = ${row}.rater_id)`,
  )
  @Field(() => Float, {
    nullable: true,
    description: "Mean weight of the rater where raters disagree, 0 to 1; an image's weights sum to one.",
  })
  weight!: number | null;
}
