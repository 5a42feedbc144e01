import { z } from 'zod';
import { fold, type Fold } from '../../ml/data/fold.ts';
import type { Run } from '../../prisma/client/client.ts';

const config = z.object({ training: z.object({ leaveOut: fold.nullish() }) });

/** The part of the training images that a model has not learned from, by the run that trained it; null where there is none. */
export function leftOutFold(run: Pick<Run, 'config'>): Fold | null {
  return config.parse(run.config).training.leaveOut ?? null;
}
