import { Field, ObjectType, registerEnumType } from 'type-graphql';

export enum Drawing {
  BARS = 'bars',
  SHEET = 'sheet',
}

registerEnumType(Drawing, {
  name: 'Drawing',
  description: 'How the results of an experiment are drawn.',
  valuesConfig: {
    BARS: { description: 'Numbers with intervals, as bars.' },
    SHEET: { description: 'Pictures of cases side by side.' },
  },
});

@ObjectType({
  description: 'What an experiment says of itself beside what all methods do.',
  simpleResolvers: true,
})
export class ExperimentTraits {
  @Field(() => String, {
    description: "For a heading; a figure or table is named as the paper does: 'Figure 4'.",
  })
  title!: string;

  @Field(() => Drawing, { nullable: true, description: 'Null: a table is enough.' })
  drawing!: Drawing | null;

  @Field(() => [String], { description: 'What the paper says came of it, a sentence each.' })
  claims!: string[];
}
