import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { Split } from '../enums.type.ts';

@InputType({ description: 'All given conditions must hold.' })
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

@InputType({ description: 'All given conditions must hold.' })
export class TextCondition {
  @Field(() => String, { nullable: true, description: 'Equal to this.' })
  eq?: string | null;

  @Field(() => String, { nullable: true, description: 'Not equal to this.' })
  ne?: string | null;

  @Field(() => [String], { nullable: true, description: 'One of these.' })
  in?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'None of these.' })
  notIn?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Contains this. Case-sensitive.' })
  contains?: string | null;

  @Field(() => String, { nullable: true, description: 'Starts with this. Case-sensitive.' })
  startsWith?: string | null;
}

@InputType({ description: 'All given conditions must hold.' })
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

@InputType({ description: 'All given conditions must hold.' })
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

  @Field(() => Int, { nullable: true, description: 'Greater than this.' })
  gt?: number | null;

  @Field(() => Int, { nullable: true, description: 'At least this.' })
  gte?: number | null;
}

@InputType({ description: 'The newest version of a diagnosis. All given conditions must hold.' })
export class DiagnosisCondition {
  @Field(() => String, {
    nullable: true,
    description: "Source of the diagnosis: 'reference' or a grader. If omitted, 'reference'.",
  })
  source?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Equal to this: the place of a value on the scale, from 0.',
  })
  eq?: number | null;

  @Field(() => [Int], { nullable: true, description: 'One of these.' })
  in?: number[] | null;

  @Field(() => Int, { nullable: true, description: 'Less than this.' })
  lt?: number | null;

  @Field(() => Int, { nullable: true, description: 'At most this.' })
  lte?: number | null;

  @Field(() => Int, { nullable: true, description: 'Greater than this.' })
  gt?: number | null;

  @Field(() => Int, { nullable: true, description: 'At least this.' })
  gte?: number | null;

  @Field(() => String, { nullable: true, description: 'The value of this name.' })
  name?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: images without such a diagnosis, or with one that is unknown. False: images with one.',
  })
  isNull?: boolean | null;
}

@InputType({ description: 'The newest version of an annotation. All given conditions must hold.' })
export class AnnotationCondition {
  @Field(() => TextCondition, { nullable: true, description: 'Name of the rater.' })
  rater?: TextCondition | null;

  @Field(() => TextCondition, { nullable: true, description: 'Name of the structure.' })
  structure?: TextCondition | null;

  @Field(() => IntCondition, { nullable: true, description: 'Pixels inside the outline.' })
  area?: IntCondition | null;
}

@InputType({ description: 'The annotations of an image. All given conditions must hold.' })
export class AnnotationsCondition {
  @Field(() => AnnotationCondition, { nullable: true, description: 'At least one annotation matches.' })
  some?: AnnotationCondition | null;

  @Field(() => AnnotationCondition, {
    nullable: true,
    description: 'Every annotation matches (or there is none).',
  })
  every?: AnnotationCondition | null;

  @Field(() => AnnotationCondition, { nullable: true, description: 'No annotation matches.' })
  none?: AnnotationCondition | null;
}

@InputType({ description: 'An extra column of the manifest. All given conditions must hold.' })
export class MetadataCondition {
  @Field(() => String, { description: 'Name of the column.' })
  key!: string;

  @Field(() => GraphQLJSON, { nullable: true, description: 'Equal to this string, number or boolean.' })
  eq?: unknown;

  @Field(() => GraphQLJSON, { nullable: true, description: 'Not equal to this, or missing.' })
  ne?: unknown;

  @Field(() => [GraphQLJSON], { nullable: true, description: 'One of these.' })
  in?: unknown[] | null;

  @Field(() => [GraphQLJSON], { nullable: true, description: 'None of these, or missing.' })
  notIn?: unknown[] | null;

  @Field(() => Float, { nullable: true, description: 'A number, less than this.' })
  lt?: number | null;

  @Field(() => Float, { nullable: true, description: 'A number, at most this.' })
  lte?: number | null;

  @Field(() => Float, { nullable: true, description: 'A number, greater than this.' })
  gt?: number | null;

  @Field(() => Float, { nullable: true, description: 'A number, at least this.' })
  gte?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'True: images without it. False: images with it.' })
  isNull?: boolean | null;
}

@InputType({
  description:
    'Selects images. All given conditions must hold; an empty filter matches every image. Queries and cohorts use the same filter.',
})
export class ImageFilter {
  @Field(() => [ImageFilter], { nullable: true, description: 'All of these hold.' })
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

  @Field(() => Boolean, { nullable: true, description: 'Whether there is a picture of it in the store.' })
  hasPicture?: boolean | null;

  @Field(() => DiagnosisCondition, { nullable: true, description: 'A diagnosis of the image.' })
  diagnosis?: DiagnosisCondition | null;

  @Field(() => IntCondition, {
    nullable: true,
    description: 'Number of raters with at least one annotation of the image.',
  })
  raterCount?: IntCondition | null;

  @Field(() => AnnotationsCondition, { nullable: true })
  annotations?: AnnotationsCondition | null;

  @Field(() => [MetadataCondition], { nullable: true, description: 'All of these hold.' })
  metadata?: MetadataCondition[] | null;
}
