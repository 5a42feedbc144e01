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
    MASKS: { description: 'One mask with another.' },
    MASK_WITH_RATERS: { description: 'A mask with the masks of all raters of its image.' },
    SCORES: { description: "A model's scores with the diagnoses of the images." },
    RATERS: { description: 'The raters of each image with each other; see measureAgreement.' },
  },
});

export enum Better {
  HIGHER = 'higher',
  LOWER = 'lower',
}

registerEnumType(Better, { name: 'Better', description: 'Whether higher or lower numbers are better.' });

export enum OverImages {
  MEAN = 'mean',
  POOLED = 'pooled',
}

registerEnumType(OverImages, {
  name: 'OverImages',
  description: 'How a number over many images is computed.',
  valuesConfig: {
    MEAN: { description: 'The mean of the numbers of the images.' },
    POOLED: { description: 'One number for all images together.' },
  },
});

@ObjectType({ description: 'How to read the numbers of a metric.', simpleResolvers: true })
export class MetricTraits {
  @Field(() => String, { description: 'The definition in one line.' })
  formula!: string;

  @Field(() => Compared)
  compares!: Compared;

  @Field(() => Better, { nullable: true, description: 'Null if neither is good by itself.' })
  better!: Better | null;

  @Field(() => Float, { description: 'The smallest possible number.' })
  lowest!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The largest possible number. Null if there is no limit.',
  })
  highest!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The unit with default settings, such as 'pixel'. Null for a number without a unit. Each result states its own unit.",
  })
  unit!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'How empty masks are handled. Null if the metric compares no masks.',
  })
  emptyMasks!: string | null;

  @Field(() => Boolean, { description: 'Whether each image has a number; see imageMetrics.' })
  perImage!: boolean;

  @Field(() => OverImages, {
    nullable: true,
    description: 'How the number over all images is computed. Null if there is none.',
  })
  overImages!: OverImages | null;
}
