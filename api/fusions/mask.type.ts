import { Field, Float, ObjectType } from 'type-graphql';
import { Rater, Structure } from '../datasets/dataset.type.ts';
import { ascending, blobUrl, From, RefersTo, Sql } from '../read/sql-fields.ts';

const soft = 'URL of a 16-bit PNG (pixel value / 65535), relative to the address of the server.';

@From('fused_masks', [
  ascending('fusion_id', 'uuid'),
  ascending('image_id', 'uuid'),
  ascending('structure_id', 'uuid'),
])
@ObjectType({
  description: 'The fused mask of one structure in one image: soft, 0 to 1.',
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
  @Field(() => Boolean, { description: 'Whether the mask has seen the diagnosis of its own image.' })
  transductive!: boolean;
}

@From('predicted_masks', [
  ascending('model_id', 'uuid'),
  ascending('image_id', 'uuid'),
  ascending('structure_id', 'uuid'),
])
@ObjectType({
  description: "A segmentation model's prediction of one structure in one image: soft, 0 to 1.",
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
    'How much a fusion trusts one rater at every pixel of an image. The maps of an image sum to one.',
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
    description:
      'Mean weight of the rater where raters disagree, 0 to 1. The weights of an image sum to one.',
  })
  weight!: number | null;
}
