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
  description: 'Images that are equal in it are in the order of their ids.',
  valuesConfig: {
    imported: { description: 'As they were imported.' },
    newest: { description: 'The last imported first.' },
    path: { description: 'By their files, as text.' },
    subject: { description: 'By their subjects, as text.' },
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

export function imagesWhere(row: string, { filter }: Arguments, bind: Bind): string[] {
  return filter == null ? [] : [imageFilterSql(parseImageFilter(filter), row, bind)];
}
