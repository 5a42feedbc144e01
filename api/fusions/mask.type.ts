import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Rater, Structure } from '../datasets/dataset.type.ts';
import { ascending, blobUrl, From, RefersTo, Sql } from '../read/sql-fields.ts';

export const softPng =
  'URL of a 16-bit grey PNG that covers the image, relative to the address of the server. The mask is the pixel value divided ' +
  'by the number in the PNG\'s text chunk "scale": 65520, or another that keeps the shares of the raters exact; 65535 where there is none.';

const atImageSize =
  'URL of the same mask at the size of the image: interpolated where the mask was computed at another size.';

const sizeUrl = (row: string): string =>
  `case when exists (select 1 from images i where i.id = ${row}.image_id and (i.width, i.height) = (${row}.width, ${row}.height))
    then ${blobUrl(`${row}.sha256`)} else '/images/' || ${row}.image_id || '/masks/' || ${row}.sha256 end`;

/** A soft mask or map as a file. */
@ObjectType()
abstract class SoftPicture {
  @Sql((row) => blobUrl(`${row}.sha256`))
  @Field(() => String, { description: softPng })
  url!: string;

  @Sql(sizeUrl)
  @Field(() => String, { description: atImageSize })
  imageSizeUrl!: string;

  @Field(() => Int, { description: 'Width in pixels at which it was computed. It covers the whole image.' })
  width!: number;

  @Field(() => Int, { description: 'Height in pixels at which it was computed.' })
  height!: number;
}

@From('fused_masks', [
  ascending('fusion_id', 'uuid'),
  ascending('image_id', 'uuid'),
  ascending('structure_id', 'uuid'),
])
@ObjectType({
  description: 'The fused mask of one structure in one image: soft, 0 to 1.',
  simpleResolvers: true,
})
export class FusedMask extends SoftPicture {
  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;

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
export class PredictedMask extends SoftPicture {
  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;
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
export class ExpertnessMap extends SoftPicture {
  @RefersTo('rater_id')
  @Field(() => Rater)
  rater!: Rater;

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
