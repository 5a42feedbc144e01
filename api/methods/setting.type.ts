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
  description: "The JSON type of a setting's value.",
  valuesConfig: {
    ARRAY: { description: 'A list; itemType is the type of its items.' },
    OBJECT: {
      description:
        'A group: the settings whose paths start with its path. If there are none, any JSON object.',
    },
  },
});

@ObjectType({ description: 'One setting of a method, or a group of settings.', simpleResolvers: true })
export class Setting {
  @Field(() => String, {
    description: 'Keys from the outermost to the innermost, joined by dots: resnet.stem.',
  })
  path!: string;

  @Field(() => String, { description: 'What it does.' })
  description!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Where the default comes from, or why we chose it. Null for some groups.',
  })
  source!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The unit of a number, in the plural. Null if it is dimensionless.',
  })
  unit!: string | null;

  @Field(() => SettingType)
  type!: SettingType;

  @Field(() => SettingType, {
    nullable: true,
    description: 'Type of the items of an array. Choices and bounds then apply to each item.',
  })
  itemType!: SettingType | null;

  @Field(() => Boolean, { description: 'Whether null is an allowed value.' })
  nullable!: boolean;

  @Field(() => Boolean, {
    description: 'Whether it must be given whenever its group is given.',
  })
  required!: boolean;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      'Its value if none is given. The default may itself be null; a setting may also have no default.',
  })
  default!: unknown;

  @Field(() => [String], {
    nullable: true,
    description: 'The allowed values. For a number: words that are allowed in its place.',
  })
  choices!: string[] | null;

  @Field(() => Float, { nullable: true, description: 'Smallest value.' })
  minimum!: number | null;

  @Field(() => Float, { nullable: true, description: 'Largest value.' })
  maximum!: number | null;

  @Field(() => Boolean, { description: 'Whether the minimum itself is excluded.' })
  exclusiveMinimum!: boolean;

  @Field(() => Boolean, { description: 'Whether the maximum itself is excluded.' })
  exclusiveMaximum!: boolean;

  @Field(() => Float, { nullable: true, description: 'Values are multiples of this.' })
  multipleOf!: number | null;

  @Field(() => Int, { nullable: true, description: 'Smallest number of items of an array.' })
  minItems!: number | null;

  @Field(() => Int, { nullable: true, description: 'Largest number of items of an array.' })
  maxItems!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The setting exists only if `kind`, in the same group, has this value. Null if it always exists.',
  })
  ofKind!: string | null;
}
