import { packMask, type BitMask } from '../../data/bit-mask.ts';

/** A mask of one row. */
export const bits = (values: ArrayLike<number>): BitMask => packMask(values, values.length, 1);

/** Masks of one row, by rater. */
export function bitsByRater(masks: Readonly<Record<string, ArrayLike<number>>>): Map<string, BitMask> {
  return new Map(Object.entries(masks).map(([rater, values]) => [rater, bits(values)]));
}
