import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Split } from './reader.ts';

const fraction = (initial: number, split: string) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(initial)
    .meta({
      description: `Fraction of the subjects in ${split}.`,
      source: 'Wu et al. (DiFF), section 4.1: TNSCUI and ISIC are split 60 : 20 : 20.',
      unit: null,
    });

const fractions = z
  .strictObject({
    train: fraction(0.6, 'train'),
    validation: fraction(0.2, 'validation'),
    test: fraction(0.2, 'test'),
    seed: z.number().int().default(1).meta({
      description: 'Another seed deals the subjects out anew.',
      source: 'Our choice.',
      unit: null,
    }),
  })
  .refine(({ train, validation, test }) => Math.abs(train + validation + test - 1) < 1e-9, {
    message: 'train, validation and test must add up to 1',
  });

const description =
  'Deals subjects out to train, validation and test, all images of a subject to one. Where a subject goes depends on ' +
  'the seed and its name alone, so a later import agrees; the fractions are met on average.';

/** For layouts that have splits only sometimes: off unless asked for. */
export const optionalFractions = fractions.optional().meta({
  description: `${description} If omitted, off.`,
  source: 'Our choice: a split is never guessed.',
});

/** For layouts that have no splits. */
export const dealtFractions = fractions.prefault({}).meta({ description });

export const splitSetting = z.enum(['train', 'validation', 'test']).optional().meta({
  description: 'The split of all images. If omitted, `fractions` decides.',
  source: 'Our choice.',
});

export type Fractions = z.infer<typeof fractions>;

/** Where a subject goes: the first bits of a hash of seed and name, as a number from 0 to 1, fall into a fraction. */
export function dealOut({ train, validation, test, seed }: Fractions, subject: string): Split {
  const hash = createHash('sha256').update(`${seed}:${subject}`).digest();
  const place = hash.readUIntBE(0, 6) / 2 ** 48;
  if (place < train) return 'train';
  if (place < train + validation) return 'validation';
  // Rounding may leave a gap at the upper end, where nobody asked for test images.
  return test > 0 ? 'test' : validation > 0 ? 'validation' : 'train';
}
