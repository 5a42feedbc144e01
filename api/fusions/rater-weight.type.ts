import { Field, Float, ObjectType } from 'type-graphql';
import { Rater, Structure } from '../datasets/dataset.type.ts';
import { Image } from '../images/image.type.ts';
import { connectionType } from '../read/connection.type.ts';
import { ascending, From, RefersTo, Related } from '../read/sql-fields.ts';

@From('rater_performance', [
  ascending('position', 'int8', (row) => `(select position from structures where id = ${row}.structure_id)`),
])
@ObjectType({
  description: 'A rater on one structure of one image, against the truth that the fusion estimates.',
  simpleResolvers: true,
})
export class RaterPerformance {
  @RefersTo('structure_id')
  @Field(() => Structure)
  structure!: Structure;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the foreground that the rater includes; null without any.',
  })
  sensitivity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the background that the rater leaves out; null without any.',
  })
  specificity!: number | null;
}

@From('rater_weights', [ascending('image_id', 'uuid'), ascending('rater_id', 'uuid')])
@ObjectType({ description: 'What a fusion says of a rater on one image.', simpleResolvers: true })
export class ImageRaterWeight {
  @RefersTo('image_id')
  @Field(() => Image)
  image!: Image;

  @RefersTo('rater_id')
  @Field(() => Rater)
  rater!: Rater;

  @Field(() => Float, {
    description: "Mean weight where raters disagree, 0 to 1; an image's weights sum to one.",
  })
  weight!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean over structures; null where the method judges nobody.',
  })
  sensitivity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean over structures; null where the method judges nobody.',
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
      'The same for each structure that the rater annotated; empty where the method judges nobody.',
  })
  performance!: RaterPerformance[];
}

export const ImageRaterWeightConnection = connectionType('ImageRaterWeight', () => ImageRaterWeight);
