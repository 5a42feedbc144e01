import { Field, Float, ObjectType } from 'type-graphql';
import { Rater, Structure } from '../datasets/dataset.type.ts';
import { Image } from '../images/image.type.ts';
import { connectionType } from '../read/connection.type.ts';
import { ascending, From, RefersTo, Related } from '../read/sql-fields.ts';

@From('rater_performance', [
  ascending('position', 'int8', (row) => `(select position from structures where id = ${row}.structure_id)`),
])
@ObjectType({
  description:
    "A rater's performance on one structure of one image, measured against the truth that the fusion estimates.",
  simpleResolvers: true,
})
export class RaterPerformance {
  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the foreground that the rater includes. Null if there is no foreground.',
  })
  sensitivity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the background that the rater leaves out. Null if there is no background.',
  })
  specificity!: number | null;
}

@From('rater_weights', [ascending('image_id', 'uuid'), ascending('rater_id', 'uuid')])
@ObjectType({ description: "A fusion's estimates for one rater on one image.", simpleResolvers: true })
export class ImageRaterWeight {
  @RefersTo('image_id')
  @Field(() => Image)
  image!: Image;

  @RefersTo('rater_id')
  @Field(() => Rater)
  rater!: Rater;

  @Field(() => Float, {
    description: 'Mean weight where raters disagree, 0 to 1. The weights of an image sum to one.',
  })
  weight!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean over structures. Null if the method does not assess raters.',
  })
  sensitivity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean over structures. Null if the method does not assess raters.',
  })
  specificity!: number | null;

  @Related({
    on: (performance, weight) =>
      ['fusion_id', 'image_id', 'rater_id']
        .map((key) => `${performance}.${key} = ${weight}.${key}`)
        .join(' and '),
  })
  @Field(() => [RaterPerformance], {
    description:
      'The same for each structure that the rater annotated. Empty if the method does not assess raters.',
  })
  performance!: RaterPerformance[];
}

export const ImageRaterWeightConnection = connectionType('ImageRaterWeight', () => ImageRaterWeight);
