import { isFitted, models } from '../../ml/models.ts';
import { fitModelAtOnce } from './fit-model.ts';
import type { Job } from './job.ts';
import { trainNetwork } from './train-network.ts';

/** Trains a model on a fusion's masks: a network epoch by epoch, a rule on measures of the mask at once. */
export const trainModelJob: Job<'training'> = {
  async perform(input) {
    const { prisma, run, request } = input;
    const model = await prisma.model.findUniqueOrThrow({ where: { runId: run.id } });
    const method = models.get(request.method);
    const learned = isFitted(method)
      ? await fitModelAtOnce(input, model, method)
      : await trainNetwork(input, model, method);
    return {
      result: learned,
      write: async (tx) => {
        await tx.model.update({ where: { id: model.id }, data: { sha256: learned.sha256 } });
      },
    };
  },
};
