import { registerEnumType } from 'type-graphql';
import { metrics } from '../../ml/metrics/index.ts';
import { ascending, descending, type Arguments, type SortKey } from '../read/sql-fields.ts';

export enum ImageMetricOrder {
  worst = 'worst',
  best = 'best',
}

registerEnumType(ImageMetricOrder, {
  name: 'ImageMetricOrder',
  description:
    'How numbers of images are ordered, by what is good for their metric. Ties are ordered by image.',
  valuesConfig: {
    worst: { description: 'The worst first: the smallest Dice, the largest distance.' },
    best: { description: 'The best first.' },
  },
});

/** Metrics of which a small number is a good one. */
const lowIsGood = metrics.list().flatMap(({ name, better }) => (better === 'lower' ? `'${name}'` : []));

const goodness = (row: string): string =>
  `case when ${row}.name in (${lowIsGood.join(', ')}) then -${row}.value else ${row}.value end`;

const orders: Record<ImageMetricOrder, readonly SortKey[]> = {
  worst: [ascending('goodness', 'float8', goodness)],
  best: [descending('goodness', 'float8', goodness)],
};

/** Of rows with a name and a value. */
export function imageMetricOrder({ orderBy }: Arguments): readonly SortKey[] {
  return orders[orderBy as ImageMetricOrder];
}
