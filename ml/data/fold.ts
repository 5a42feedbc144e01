import { z } from 'zod';
import { createRandom } from '../random.ts';

/** One of some parts of about equal size into which images fall, by their ids alone. */
export const fold = z
  .strictObject({ index: z.int().min(0), of: z.int().min(2).max(10) })
  .refine(({ index, of }) => index < of, { message: 'index must be below of' });
export type Fold = z.infer<typeof fold>;

/** An image falls into the same part whatever its diagnosis, its place and the images beside it. */
export const inFold = (id: string, { index, of }: Fold): boolean =>
  Math.floor(createRandom('fold', id)() * of) === index;
