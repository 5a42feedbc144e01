import { z } from 'zod';
import { createRandom } from '../random.ts';
import type { SampleSource } from './sample.ts';

/** One of some parts of about equal size into which subjects fall, with all their images, by their names alone. */
export const fold = z
  .strictObject({
    index: z.int().min(0).meta({ description: 'Index of the part, counted from 0.', unit: null }),
    of: z
      .int()
      .min(2)
      .max(10)
      .meta({ description: 'Number of parts into which the subjects are divided.', unit: 'parts' }),
  })
  .refine(({ index, of }) => index < of, { message: 'index must be below of' });
export type Fold = z.infer<typeof fold>;

/** A subject falls into the same part whatever its diagnosis and whoever stands beside it. */
export const inFold = (subject: string, { index, of }: Fold): boolean =>
  Math.floor(createRandom('fold', subject)() * of) === index;

/**
 * Images of the fold, by index. All images of a subject are in one: two eyes of a person are alike, so that who has
 * learned from one knows of the other.
 */
export function imagesOfFold(
  { ids, subjects = ids }: Pick<SampleSource, 'ids' | 'subjects'>,
  fold: Fold,
): number[] {
  return ids.flatMap((_, image) => (inFold(subjects[image], fold) ? [image] : []));
}

/** For a person, counted as the settings count: 'fold 0 of 2'. */
export const foldName = ({ index, of }: Fold): string => `fold ${index} of ${of}`;

/** In words, what keeps these from being all parts of one division, each once; null where they are. */
export function divisionFault(folds: readonly Fold[]): string | null {
  const [first] = folds;
  if (!first) return 'there is no fold';
  const other = folds.find(({ of }) => of !== first.of);
  if (other) return `${foldName(first)} and ${foldName(other)} overlap`;
  for (let index = 0; index < first.of; index++) {
    const count = folds.filter((one) => one.index === index).length;
    const name = foldName({ index, of: first.of });
    if (count === 0) return `${name} is missing`;
    if (count > 1) return `${name} is there ${count} times`;
  }
  return null;
}
