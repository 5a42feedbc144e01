import { fusions } from '../../ml/fusion/index.ts';
import { fuseImages } from './fuse-images.ts';
import { fuseSamples } from './fuse-samples.ts';
import type { Job } from './job.ts';

/**
 * Fuses a snapshot's masks and stores each batch as it is ready. Batches are stored whole, and an image's result does
 * not depend on the others, so a resumed fusion continues after the last stored batch and produces the same masks.
 */
export const fuseLabelsJob: Job<'fusion'> = {
  async perform(input) {
    const { prisma, run, request } = input;
    const fusion = await prisma.fusion.findUniqueOrThrow({ where: { runId: run.id } });
    const { size, method } = request;
    if (fusions.get(method).fuseImage) await fuseImages(input, { fusion, request });
    else if (size !== null) await fuseSamples(input, { fusion, request, size });
    else throw new Error(`run ${run.id}: '${method}' works at one size, and none is given`);
    const { _count, _sum } = await prisma.fusedImage.aggregate({
      where: { fusionId: fusion.id },
      _count: true,
      _sum: { vanishedMasks: true },
    });
    const result = { images: _count, size, vanishedMasks: _sum.vanishedMasks ?? 0 };
    return { result: { ...result, transductive: fusion.transductive } };
  },
};
