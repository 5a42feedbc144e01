import { registerEnumType } from 'type-graphql';
import { ascending, descending, type Arguments, type Bind, type SortKey } from '../read/sql-fields.ts';
import { parseImageFilter } from './image-filter.ts';
import { imageFilterSql } from './image-filter-sql.ts';

export enum ImageOrder {
  imported = 'imported',
  newest = 'newest',
  path = 'path',
  subject = 'subject',
}

registerEnumType(ImageOrder, {
  name: 'ImageOrder',
  description: 'How images are ordered. Ties are ordered by id.',
  valuesConfig: {
    imported: { description: 'In the order of import.' },
    newest: { description: 'Last imported first.' },
    path: { description: 'By path, as text.' },
    subject: { description: 'By subject, as text.' },
  },
});

const orders: Record<ImageOrder, readonly SortKey[]> = {
  imported: [],
  newest: [descending('id', 'uuid')],
  path: [ascending('path', 'text')],
  subject: [ascending('subject', 'text')],
};

export function imagesOrder({ orderBy }: Arguments): readonly SortKey[] {
  return orders[orderBy as ImageOrder];
}

export function imagesWhere(row: string, { filter, withdrawn }: Arguments, bind: Bind): string[] {
  const there = `${row}.withdrawal_id is ${withdrawn === true ? 'not ' : ''}null`;
  return filter == null ? [there] : [there, imageFilterSql(parseImageFilter(filter), row, bind)];
}

export const withdrawnOnly = {
  defaultValue: false,
  description: 'Only what was withdrawn. Otherwise none of that is listed.',
};
