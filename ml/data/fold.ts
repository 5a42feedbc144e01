import { z } from 'zod';

/** One part of the training images, taken by their place in the source: every `of`-th, from `index` on. */
export const fold = z
  .strictObject({ index: z.int().min(0), of: z.int().min(2).max(10) })
  .refine(({ index, of }) => index < of, { message: 'index must be below of' });
export type Fold = z.infer<typeof fold>;

export const inFold = (image: number, { index, of }: Fold): boolean => image % of === index;
