import { ArgsType, Field, ID, registerEnumType } from 'type-graphql';
import { ImageMetricOrder } from '../methods/image-metric-order.ts';
import { equalTo, requireId, same, type Equality } from '../read/conditions.ts';
import type { Arguments, Bind } from '../read/sql-fields.ts';
import { ofSucceededAgreement } from './agreement.type.ts';

export enum RaterGroup {
  all = 'all',
  one = 'one',
  pair = 'pair',
}

registerEnumType(RaterGroup, {
  name: 'RaterGroup',
  description: 'Whose agreement a number is about.',
  valuesConfig: {
    all: { description: 'All raters together.' },
    one: { description: 'One rater against the others.' },
    pair: { description: 'Two raters.' },
  },
});

@ArgsType()
export class ImageAgreementArgs {
  @Field(() => String, { nullable: true, description: 'Only this metric.' })
  name?: string | null;

  @Field(() => RaterGroup, { nullable: true, description: 'Only numbers about so many raters.' })
  of?: RaterGroup | null;

  @Field(() => ID, { nullable: true })
  structureId?: string | null;

  @Field(() => ID, { nullable: true })
  imageId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Only numbers about this rater: against the others, or as one of two.',
  })
  raterId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'With `raterId`: only numbers about these two, in either order.',
  })
  otherRaterId?: string | null;

  @Field(() => ImageMetricOrder, { defaultValue: ImageMetricOrder.worst })
  orderBy!: ImageMetricOrder;
}

const filterable: Equality = {
  name: same('name', 'text'),
  structureId: same('structure_id', 'uuid'),
  imageId: same('image_id', 'uuid'),
};

const groups: Readonly<Record<RaterGroup, (row: string) => string>> = {
  all: (row) => `${row}.rater_id is null`,
  one: (row) => `${row}.rater_id is not null and ${row}.other_rater_id is null`,
  pair: (row) => `${row}.other_rater_id is not null`,
};

export function imageAgreementsWhere(row: string, args: Arguments, bind: Bind): string[] {
  const { name, structureId, imageId, raterId, otherRaterId, of } = args;
  const raters = Object.entries({ raterId, otherRaterId }).filter(([, id]) => id != null);
  return [
    ofSucceededAgreement(`${row}.agreement_id`),
    ...equalTo(filterable, row, { name, structureId, imageId }, bind),
    ...raters.map(
      ([field, id]) => `${bind(requireId(id, field))}::uuid in (${row}.rater_id, ${row}.other_rater_id)`,
    ),
    ...(of == null ? [] : [groups[of as RaterGroup](row)]),
  ];
}
