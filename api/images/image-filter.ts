import { z } from 'zod';
import { invalidInput } from '../errors.ts';

/** Deeper nesting or more conditions are refused: what one filter costs stays bounded. */
export const FILTER_DEPTH = 8;
export const FILTER_CONDITIONS = 100;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const count = z.number().int().min(0).max(2_147_483_647);
const listOf = <T extends z.ZodType>(item: T) => z.array(item).max(1000).nullish();

const equality = <T extends z.ZodType>(item: T) => ({
  eq: item.nullish(),
  ne: item.nullish(),
  in: listOf(item),
  notIn: listOf(item),
});
const order = <T extends z.ZodType>(item: T) => ({
  lt: item.nullish(),
  lte: item.nullish(),
  gt: item.nullish(),
  gte: item.nullish(),
});

const idFilter = z.strictObject(equality(z.uuid()));
const textFilter = z.strictObject({
  ...equality(z.string()),
  contains: z.string().nullish(),
  startsWith: z.string().nullish(),
});
const countFilter = z.strictObject({ ...equality(count), ...order(count) });
const splitFilter = z.strictObject(equality(z.enum(['train', 'validation', 'test'])));

/** The place of a value on the scale. */
const grade = z.number().int().min(0).max(32_767);

/** A diagnosis of the current version. If `source` is omitted, 'reference'. */
const diagnosisFilter = z.strictObject({
  source: z.string().nullish(),
  eq: grade.nullish(),
  in: listOf(grade),
  ...order(grade),
  name: z.string().nullish(),
  isNull: z.boolean().nullish(),
});

/** One current annotation. */
const annotationFilter = z.strictObject({
  rater: textFilter.nullish(),
  structure: textFilter.nullish(),
  area: countFilter.nullish(),
});

/** A value of the manifest's extra columns. `lt` and its like hold for numbers only. */
const metadataFilter = z.strictObject({
  key: z.string().min(1),
  ...equality(scalar),
  ...order(z.number()),
  isNull: z.boolean().nullish(),
});

const conditions = {
  id: idFilter.nullish(),
  datasetId: idFilter.nullish(),
  path: textFilter.nullish(),
  subject: textFilter.nullish(),
  split: splitFilter.nullish(),
  width: countFilter.nullish(),
  height: countFilter.nullish(),
  hasPicture: z.boolean().nullish(),
  diagnosis: diagnosisFilter.nullish(),
  /** Raters with at least one current annotation of the image. */
  raterCount: countFilter.nullish(),
  /** At least one rater of this name has annotated it. */
  rater: textFilter.nullish(),
  annotations: z
    .strictObject({
      some: annotationFilter.nullish(),
      every: annotationFilter.nullish(),
      none: annotationFilter.nullish(),
    })
    .nullish(),
  metadata: z.array(metadataFilter).nullish(),
};

type Conditions = z.infer<z.ZodObject<typeof conditions>>;

/**
 * Which images: all conditions of one object must hold. null and a left-out condition are the same: no condition.
 * Two-valued: a condition on a value that is missing does not hold, save for `isNull`, `ne` and `notIn`.
 */
export interface ImageFilter extends Conditions {
  and?: ImageFilter[] | null;
  or?: ImageFilter[] | null;
  not?: ImageFilter | null;
}

const imageFilter: z.ZodType<ImageFilter> = z.lazy(() =>
  z.strictObject({
    ...conditions,
    and: z.array(imageFilter).nullish(),
    or: z.array(imageFilter).nullish(),
    not: imageFilter.nullish(),
  }),
);

export type TextFilter = z.infer<typeof textFilter>;
export type CountFilter = z.infer<typeof countFilter>;
export type AnnotationFilter = z.infer<typeof annotationFilter>;
export type MetadataFilter = z.infer<typeof metadataFilter>;
export type Scalar = z.infer<typeof scalar>;

/** @throws INVALID_INPUT naming the part of the filter that is wrong. */
export function parseImageFilter(value: unknown): ImageFilter {
  guardSize(value);
  const parsed = imageFilter.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  throw invalidInput(`the filter is wrong at '${path.join('.')}': ${message}`, ['filter', ...path].join('.'));
}

/** Before anything recursive looks at it. */
function guardSize(value: unknown): void {
  let seen = 0;
  const visit = (node: unknown, depth: number): void => {
    if (typeof node !== 'object' || node === null) return;
    if (depth > FILTER_DEPTH)
      throw invalidInput(`the filter is nested deeper than ${FILTER_DEPTH}`, 'filter');
    const filter = node as ImageFilter;
    seen += Object.keys(filter).length;
    if (seen > FILTER_CONDITIONS)
      throw invalidInput(`the filter has more than ${FILTER_CONDITIONS} conditions`, 'filter');
    for (const list of [filter.and, filter.or])
      if (Array.isArray(list)) list.forEach((item) => visit(item, depth + 1));
    if (Array.isArray(filter.metadata)) seen += filter.metadata.length;
    visit(filter.not, depth + 1);
  };
  visit(value, 1);
}
