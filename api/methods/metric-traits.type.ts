import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';

export enum Compared {
  MASKS = 'masks',
  MASK_WITH_RATERS = 'mask-with-raters',
  SCORES = 'scores',
  RATERS = 'raters',
}

registerEnumType(Compared, {
  name: 'Compared',
  description: 'What a metric compares.',
  valuesConfig: {
    MASKS: { description: 'A mask with a mask.' },
    MASK_WITH_RATERS: { description: 'A mask with those of all raters of its image.' },
    SCORES: { description: "A model's scores with the diagnoses of the images." },
    RATERS: { description: 'The raters of each image with each other: measureAgreement.' },
  },
});

export enum Better {
  HIGHER = 'higher',
  LOWER = 'lower',
}

registerEnumType(Better, { name: 'Better', description: 'Which numbers are the good ones.' });

export enum OverImages {
  MEAN = 'mean',
  POOLED = 'pooled',
}

registerEnumType(OverImages, {
  name: 'OverImages',
  description: 'How a number over many images is made.',
  valuesConfig: {
    MEAN: { description: "The mean of the images' numbers." },
    POOLED: { description: 'One number of all images together.' },
  },
});

@ObjectType({ description: 'How to read the numbers of a metric.', simpleResolvers: true })
export class MetricTraits {
  @Field(() => String, { description: 'The definition in one line.' })
  formula!: string;

  @Field(() => Compared)
  compares!: Compared;

  @Field(() => Better)
  better!: Better;

  @Field(() => Float, { description: 'The smallest number possible.' })
  lowest!: number;

  @Field(() => Float, { nullable: true, description: 'The largest number possible; null: there is none.' })
  highest!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      "With default settings: 'pixel'; null for a number without a unit. Each number says its own.",
  })
  unit!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What becomes of empty masks; null where no mask takes part.',
  })
  emptyMasks!: string | null;

  @Field(() => Boolean, { description: 'Each image has a number: imageMetrics.' })
  perImage!: boolean;

  @Field(() => OverImages, {
    nullable: true,
    description: 'How the number over all images is made; null: there is none.',
  })
  overImages!: OverImages | null;
}
