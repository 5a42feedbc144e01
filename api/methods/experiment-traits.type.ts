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
    SHEET: { description: 'Images of cases side by side.' },
  },
});

@ObjectType({
  description: 'What describes an experiment beyond the fields of every method.',
  simpleResolvers: true,
})
export class ExperimentTraits {
  @Field(() => String, {
    description: "For a heading. Figures and tables are named as in the paper: 'Figure 4'.",
  })
  title!: string;

  @Field(() => Drawing, {
    nullable: true,
    description: 'How to draw its results. Null if a table is enough.',
  })
  drawing!: Drawing | null;

  @Field(() => [String], { description: 'What the paper concludes from it, one sentence each.' })
  claims!: string[];
}
