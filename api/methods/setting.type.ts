import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum SettingType {
  BOOLEAN = 'BOOLEAN',
  INTEGER = 'INTEGER',
  NUMBER = 'NUMBER',
  STRING = 'STRING',
  ARRAY = 'ARRAY',
  OBJECT = 'OBJECT',
}

registerEnumType(SettingType, {
  name: 'SettingType',
  description: 'What the value of a setting is in JSON.',
  valuesConfig: {
    ARRAY: { description: 'A list; itemType says of what.' },
    OBJECT: {
      description:
        'A group of the settings whose paths begin with its own, or any JSON object if there are none.',
    },
  },
});

@ObjectType({ description: 'One setting of a method, or a group of settings.', simpleResolvers: true })
export class Setting {
  @Field(() => String, { description: 'Keys from the outside in, joined by dots: resnet.stem.' })
  path!: string;

  @Field(() => String, { description: 'What it does.' })
  description!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Why the default is what it is: its source, or the reason for our own choice. Null for some groups.',
  })
  source!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What a number is counted or measured in, in the plural. Null where it has no dimension.',
  })
  unit!: string | null;

  @Field(() => SettingType)
  type!: SettingType;

  @Field(() => SettingType, {
    nullable: true,
    description: 'Type of the items of an array. Choices and bounds then hold for each item.',
  })
  itemType!: SettingType | null;

  @Field(() => Boolean, { description: 'Null is a value that it may have.' })
  nullable!: boolean;

  @Field(() => Boolean, {
    description: 'Whoever gives the group around it must give it too.',
  })
  required!: boolean;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      'Its value where nothing else is asked for. Null is a default too; a setting may also have none.',
  })
  default!: unknown;

  @Field(() => [String], {
    nullable: true,
    description: 'The values that are allowed. Beside a number: words that may stand in its place.',
  })
  choices!: string[] | null;

  @Field(() => Float, { nullable: true, description: 'Smallest value.' })
  minimum!: number | null;

  @Field(() => Float, { nullable: true, description: 'Largest value.' })
  maximum!: number | null;

  @Field(() => Boolean, { description: 'The minimum itself is not allowed.' })
  exclusiveMinimum!: boolean;

  @Field(() => Boolean, { description: 'The maximum itself is not allowed.' })
  exclusiveMaximum!: boolean;

  @Field(() => Float, { nullable: true, description: 'Values are multiples of this.' })
  multipleOf!: number | null;

  @Field(() => Int, { nullable: true, description: 'Fewest items of an array.' })
  minItems!: number | null;

  @Field(() => Int, { nullable: true, description: 'Most items of an array.' })
  maxItems!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The setting exists only where `kind`, in the same group, has this value. Null: always.',
  })
  ofKind!: string | null;
}
