import type { SampleSource } from '../../ml/data/sample.ts';
import type { DiagnosisNetwork } from '../../ml/diagnosis/diagnosis-model.ts';
import type { CrossFitNetwork, FitInput } from '../../ml/fusion/fusion.ts';
import { leftOutFold } from '../requests/left-out-fold.ts';
import type { JobContext } from './job.ts';
import { loadDiagnosisNetwork, type Built } from './networks.ts';

/** The frozen networks of a fusion, as its method takes them. */
export type FusionNetworks = Pick<FitInput<unknown>, 'diagnosisNetwork' | 'crossFit'>;

/** One network for all images; or, of several, each with the fold that it left out. Dispose of them when done. */
export async function loadFusionNetworks(
  context: JobContext,
  modelIds: readonly string[],
  shape: SampleSource,
): Promise<{ readonly networks: FusionNetworks; dispose(): void }> {
  const built: Built<DiagnosisNetwork>[] = [];
  const dispose = (): void => built.forEach((one) => one.dispose());
  try {
    for (const id of modelIds) built.push(await loadDiagnosisNetwork(context, id, shape));
    const all = built.map(({ network }) => network);
    const networks =
      all.length > 1 ? { crossFit: await withFolds(context, modelIds, all) } : { diagnosisNetwork: all[0] };
    return { networks, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function withFolds(
  { prisma }: JobContext,
  modelIds: readonly string[],
  networks: readonly DiagnosisNetwork[],
): Promise<CrossFitNetwork[]> {
  return Promise.all(
    networks.map(async (network, k) => {
      const where = { id: modelIds[k] };
      const { run } = await prisma.model.findUniqueOrThrow({ where, include: { run: true } });
      const leftOut = leftOutFold(run);
      if (leftOut) return { network, leftOut };
      throw new Error(`model ${modelIds[k]} was trained on all training images: it cannot cross-fit`);
    }),
  );
}
