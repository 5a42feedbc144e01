import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { Split } from '../enums.type.ts';

@InputType({ description: 'All that is given must hold.' })
export class IdCondition {
  @Field(() => ID, { nullable: true, description: 'Equal to this.' })
  eq?: string | null;

  @Field(() => ID, { nullable: true, description: 'Not equal to this.' })
  ne?: string | null;

  @Field(() => [ID], { nullable: true, description: 'One of these.' })
  in?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'None of these.' })
  notIn?: string[] | null;
}

@InputType({ description: 'All that is given must hold.' })
export class TextCondition {
  @Field(() => String, { nullable: true, description: 'Equal to this.' })
  eq?: string | null;

  @Field(() => String, { nullable: true, description: 'Not equal to this.' })
  ne?: string | null;

  @Field(() => [String], { nullable: true, description: 'One of these.' })
  in?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'None of these.' })
  notIn?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Has this in it; capitals count.' })
  contains?: string | null;

  @Field(() => String, { nullable: true, description: 'Begins with this; capitals count.' })
  startsWith?: string | null;
}

@InputType({ description: 'All that is given must hold.' })
export class SplitCondition {
  @Field(() => Split, { nullable: true, description: 'Equal to this.' })
  eq?: Split | null;

  @Field(() => Split, { nullable: true, description: 'Not equal to this.' })
  ne?: Split | null;

  @Field(() => [Split], { nullable: true, description: 'One of these.' })
  in?: Split[] | null;

  @Field(() => [Split], { nullable: true, description: 'None of these.' })
  notIn?: Split[] | null;
}

@InputType({ description: 'All that is given must hold.' })
export class IntCondition {
  @Field(() => Int, { nullable: true, description: 'Equal to this.' })
  eq?: number | null;

  @Field(() => Int, { nullable: true, description: 'Not equal to this.' })
  ne?: number | null;

  @Field(() => [Int], { nullable: true, description: 'One of these.' })
  in?: number[] | null;

  @Field(() => [Int], { nullable: true, description: 'None of these.' })
  notIn?: number[] | null;

  @Field(() => Int, { nullable: true, description: 'Less than this.' })
  lt?: number | null;

  @Field(() => Int, { nullable: true, description: 'At most this.' })
  lte?: number | null;

  @Field(() => Int, { nullable: true, description: 'More than this.' })
  gt?: number | null;

  @Field(() => Int, { nullable: true, description: 'At least this.' })
  gte?: number | null;
}

@InputType({ description: 'A diagnosis in its newest version. All that is given must hold.' })
export class DiagnosisCondition {
  @Field(() => String, { nullable: true, description: "Which: 'reference' where this is left out." })
  source?: string | null;

  @Field(() => Int, { nullable: true, description: '0 or 1.' })
  eq?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True: images without such a diagnosis. False: with one.',
  })
  isNull?: boolean | null;
}

@InputType({ description: 'An annotation in its newest version. All that is given must hold.' })
export class AnnotationCondition {
  @Field(() => TextCondition, { nullable: true, description: 'Name of the rater.' })
  rater?: TextCondition | null;

  @Field(() => TextCondition, { nullable: true, description: 'Name of the structure.' })
  structure?: TextCondition | null;

  @Field(() => IntCondition, { nullable: true, description: 'Pixels inside the outline.' })
  area?: IntCondition | null;
}

@InputType({ description: "An image's annotations. All that is given must hold." })
export class AnnotationsCondition {
  @Field(() => AnnotationCondition, { nullable: true, description: 'At least one is so.' })
  some?: AnnotationCondition | null;

  @Field(() => AnnotationCondition, { nullable: true, description: 'Every one is so (or there is none).' })
  every?: AnnotationCondition | null;

  @Field(() => AnnotationCondition, { nullable: true, description: 'None is so.' })
  none?: AnnotationCondition | null;
}

@InputType({ description: 'A further column of the manifest. All that is given must hold.' })
export class MetadataCondition {
  @Field(() => String, { description: 'Name of the column.' })
  key!: string;

  @Field(() => GraphQLJSON, { nullable: true, description: 'Equal to this text, number or truth value.' })
  eq?: unknown;

  @Field(() => GraphQLJSON, { nullable: true, description: 'Not equal to this, or not there.' })
  ne?: unknown;

  @Field(() => [GraphQLJSON], { nullable: true, description: 'One of these.' })
  in?: unknown[] | null;

  @Field(() => [GraphQLJSON], { nullable: true, description: 'None of these, or not there.' })
  notIn?: unknown[] | null;

  @Field(() => Float, { nullable: true, description: 'A number less than this.' })
  lt?: number | null;

  @Field(() => Float, { nullable: true, description: 'A number, at most this.' })
  lte?: number | null;

  @Field(() => Float, { nullable: true, description: 'A number more than this.' })
  gt?: number | null;

  @Field(() => Float, { nullable: true, description: 'A number, at least this.' })
  gte?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'True: images without it. False: with it.' })
  isNull?: boolean | null;
}

@InputType({
  description:
    'Which images: all that is given must hold; an empty filter lets every image through. The same for queries and cohorts.',
})
export class ImageFilter {
  @Field(() => [ImageFilter], { nullable: true, description: 'Every one of these holds.' })
  and?: ImageFilter[] | null;

  @Field(() => [ImageFilter], { nullable: true, description: 'At least one of these holds.' })
  or?: ImageFilter[] | null;

  @Field(() => ImageFilter, { nullable: true, description: 'This does not hold.' })
  not?: ImageFilter | null;

  @Field(() => IdCondition, { nullable: true })
  id?: IdCondition | null;

  @Field(() => IdCondition, { nullable: true })
  datasetId?: IdCondition | null;

  @Field(() => TextCondition, { nullable: true })
  path?: TextCondition | null;

  @Field(() => TextCondition, { nullable: true })
  subject?: TextCondition | null;

  @Field(() => SplitCondition, { nullable: true })
  split?: SplitCondition | null;

  @Field(() => IntCondition, { nullable: true, description: 'Pixels.' })
  width?: IntCondition | null;

  @Field(() => IntCondition, { nullable: true, description: 'Pixels.' })
  height?: IntCondition | null;

  @Field(() => DiagnosisCondition, { nullable: true, description: 'A diagnosis of it.' })
  diagnosis?: DiagnosisCondition | null;

  @Field(() => IntCondition, { nullable: true, description: 'Raters with at least one annotation of it.' })
  raterCount?: IntCondition | null;

  @Field(() => AnnotationsCondition, { nullable: true })
  annotations?: AnnotationsCondition | null;

  @Field(() => [MetadataCondition], { nullable: true, description: 'All of these hold.' })
  metadata?: MetadataCondition[] | null;
}
