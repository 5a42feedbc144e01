import type { Fold } from '../../ml/data/fold.ts';
import type { Run } from '../../prisma/client/client.ts';
import { readRequest } from './read-request.ts';

/** The part of the training images that a model has not learned from, by the run that trained it; null if there is none. */
export function leftOutFold(run: Run): Fold | null {
  return readRequest('training', run).training?.leaveOut ?? null;
}
