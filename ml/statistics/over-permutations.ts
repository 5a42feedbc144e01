import type { Measure } from './measure.ts';
import { studentMean } from './student-mean.ts';

type Single = Pick<Measure, 'value' | 'low' | 'high' | 'interval' | 'note'>;

/**
 * A number of the permuted control: the mean over its permutations, with the 95 % interval of that mean by Student's t
 * (what other permutations would give on the same images); `note` tells how far single ones lie apart. Of one permutation
 * its own interval, over images.
 */
export async function overPermutations(each: readonly Single[]): Promise<Single> {
  const [first, ...others] = each;
  if (!first) throw new RangeError('a permuted control has at least one permutation: received none');
  if (others.length === 0) return { ...first, note: joined('one permutation', first.note) };
  const values = each.flatMap(({ value }) => value ?? []);
  if (values.length < each.length) {
    const note = joined(
      `undefined for ${each.length - values.length} of ${each.length} permutations`,
      first.note,
    );
    return { value: null, low: null, high: null, interval: null, note };
  }
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(3));
  const note = `mean of ${each.length} permutations, which gave ${least} to ${most}`;
  return { ...(await studentMean(values)), interval: 'permutations', note };
}

const joined = (...parts: (string | null)[]): string => parts.filter((part) => part !== null).join('; ');
