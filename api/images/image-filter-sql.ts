import { REFERENCE } from '../../ml/label-fusion/label-rule.ts';
import type {
  AnnotationFilter,
  CountFilter,
  ImageFilter,
  MetadataFilter,
  TextFilter,
} from './image-filter.ts';

/** Takes a value into the statement's parameters and returns its name there ($1). */
export type Bind = (value: unknown) => string;

export { REFERENCE };

interface Comparison {
  eq?: unknown;
  ne?: unknown;
  in?: readonly unknown[] | null;
  notIn?: readonly unknown[] | null;
  lt?: unknown;
  lte?: unknown;
  gt?: unknown;
  gte?: unknown;
}

/**
 * SQL that holds for the images of a filter; `row` is the alias of the table images. The images query, the cohorts
 * and their counts all come through here. Never null, so `not` works as expected. Values are passed only as parameters.
 */
export function imageFilterSql(filter: ImageFilter, row: string, bind: Bind): string {
  const parts: (string | null)[] = [
    present(filter.id, (f) => compare(`${row}.id`, 'uuid', f, bind)),
    present(filter.datasetId, (f) => compare(`${row}.dataset_id`, 'uuid', f, bind)),
    present(filter.path, (f) => text(`${row}.path`, f, bind)),
    present(filter.subject, (f) => text(`${row}.subject`, f, bind)),
    present(filter.split, (f) => compare(`${row}.split`, 'split', f, bind)),
    present(filter.width, (f) => size(`${row}.width`, f, bind)),
    present(filter.height, (f) => size(`${row}.height`, f, bind)),
    present(filter.hasPicture, (wanted) => `${row}.sha256 is ${wanted ? 'not ' : ''}null`),
    present(filter.diagnosis, (f) => diagnosis(row, f, bind)),
    present(filter.raterCount, (f) => raterCount(row, f, bind)),
    present(filter.rater, (f) => annotations(row, { rater: f }, bind)),
    present(filter.annotations, (f) =>
      all([
        present(f.some, (inner) => annotations(row, inner, bind)),
        present(f.none, (inner) => `not ${annotations(row, inner, bind)}`),
        present(f.every, (inner) => `not ${annotations(row, inner, bind, true)}`),
      ]),
    ),
    present(filter.metadata, (list) => all(list.map((item) => metadata(row, item, bind)))),
    present(filter.and, (list) => all(list.map((item) => imageFilterSql(item, row, bind)))),
    present(filter.or, (list) =>
      list.length === 0 ? 'false' : `(${list.map((item) => imageFilterSql(item, row, bind)).join(' or ')})`,
    ),
    present(filter.not, (inner) => `not ${imageFilterSql(inner, row, bind)}`),
  ];
  return all(parts);
}

function present<T>(value: T | null | undefined, sql: (value: T) => string): string | null {
  return value === null || value === undefined ? null : sql(value);
}

function all(parts: readonly (string | null)[]): string {
  const given = parts.filter((part) => part !== null);
  return given.length === 0 ? 'true' : `(${given.join(' and ')})`;
}

/** Of an image without a size every comparison fails, save that it is not equal to any. */
function size(column: string, { ne, notIn, ...filter }: CountFilter, bind: Bind): string {
  return all([
    `coalesce(${compare(column, 'int', filter, bind)}, false)`,
    `coalesce(${compare(column, 'int', { ne, notIn }, bind)}, true)`,
  ]);
}

/** For columns that are never null. */
function compare(column: string, type: string, filter: Comparison, bind: Bind): string {
  const one = (sign: string) => (value: unknown) => `${column} ${sign} ${bind(value)}::${type}`;
  return all([
    present(filter.eq, one('=')),
    present(filter.ne, one('<>')),
    present(filter.in, (values) => `${column} = any(${bind(values)}::${type}[])`),
    present(filter.notIn, (values) => `${column} <> all(${bind(values)}::${type}[])`),
    present(filter.lt, one('<')),
    present(filter.lte, one('<=')),
    present(filter.gt, one('>')),
    present(filter.gte, one('>=')),
  ]);
}

function text(column: string, filter: TextFilter, bind: Bind): string {
  return all([
    compare(column, 'text', filter, bind),
    present(filter.contains, (part) => `strpos(${column}, ${bind(part)}::text) > 0`),
    present(filter.startsWith, (part) => `starts_with(${column}, ${bind(part)}::text)`),
  ]);
}

function diagnosis(row: string, filter: NonNullable<ImageFilter['diagnosis']>, bind: Bind): string {
  const source = once(() => bind(filter.source ?? REFERENCE));
  const exists = (condition: string) =>
    `exists (select from diagnoses d where d.image_id = ${row}.id and d.current and d.source = ${source()}::text${condition})`;
  return all([
    ...(['eq', 'in', 'lt', 'lte', 'gt', 'gte'] as const).map((key) =>
      present(filter[key], (value) => exists(` and ${compare('d.value', 'int', { [key]: value }, bind)}`)),
    ),
    present(filter.name, (value) => exists(` and d.value = ${placeOf(row, value, bind)}`)),
    present(filter.isNull, (isNull) => `${isNull ? 'not ' : ''}${exists(' and d.value is not null')}`),
  ]);
}

/** The place of a value on the scale of the image's dataset. */
function placeOf(row: string, name: string, bind: Bind): string {
  return `(select array_position(s.diagnosis_names, ${bind(name)}::text) - 1 from datasets s where s.id = ${row}.dataset_id)`;
}

function raterCount(row: string, filter: CountFilter, bind: Bind): string {
  const counted = `(select count(distinct a.rater_id) from annotations a where a.image_id = ${row}.id and a.current)`;
  return compare(counted, 'bigint', filter, bind);
}

/** Whether there is an annotation that fulfils the filter (or, turned round, one that does not). */
function annotations(row: string, filter: AnnotationFilter, bind: Bind, turned = false): string {
  const condition = all([
    present(filter.rater, (f) => text('r.name', f, bind)),
    present(filter.structure, (f) => text('s.name', f, bind)),
    present(filter.area, (f) => compare('a.area', 'int', f, bind)),
  ]);
  return `exists (select from annotations a join raters r on r.id = a.rater_id
    join structures s on s.id = a.structure_id
    where a.image_id = ${row}.id and a.current and ${turned ? 'not ' : ''}${condition})`;
}

function metadata(row: string, filter: MetadataFilter, bind: Bind): string {
  const key = once(() => bind(filter.key));
  const value = () => `(${row}.metadata -> ${key()}::text)`;
  const json = (item: unknown) => `${bind(JSON.stringify(item))}::jsonb`;
  const isNull = () => `(${value()} is null or ${value()} = 'null'::jsonb)`;
  // The containment is what the index on metadata serves; the equality then means exactly this value.
  const equal = (item: unknown) =>
    `(${row}.metadata @> jsonb_build_object(${key()}::text, ${json(item)}) and ${value()} = ${json(item)})`;
  const oneOf = (items: readonly unknown[]) =>
    items.length === 0 ? 'false' : `(${items.map(equal).join(' or ')})`;
  const number = (sign: string) => (item: unknown) =>
    `(case when jsonb_typeof(${value()}) = 'number' then ${value()}::numeric ${sign} ${bind(item)}::numeric else false end)`;
  return all([
    present(filter.eq, equal),
    present(filter.ne, (item) => `not ${equal(item)}`),
    present(filter.in, oneOf),
    present(filter.notIn, (items) => `not ${oneOf(items)}`),
    present(filter.lt, number('<')),
    present(filter.lte, number('<=')),
    present(filter.gt, number('>')),
    present(filter.gte, number('>=')),
    present(filter.isNull, (wanted) => (wanted ? isNull() : `not ${isNull()}`)),
  ]);
}

/** A parameter that is named more than once is bound once, and one that is not named not at all. */
function once(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}
