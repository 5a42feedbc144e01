import type { SampleSource } from '../../ml/data/sample.ts';
import { fittedFromBytes } from '../../ml/fitted.ts';
import { isFitted, models } from '../../ml/models.ts';
import { predictFitted } from '../../ml/training/fit.ts';
import { predictDiagnoses, type PredictedDiagnosis } from '../../ml/training/predict.ts';
import { readRequest } from '../requests/read-request.ts';
import type { JobContext } from './job.ts';
import { loadDiagnosisNetwork, weightsOf } from './networks.ts';

interface Reading {
  readonly signal?: AbortSignal;
  readonly onStep?: (done: number, total: number) => void;
}

/** A trained diagnosis model over the images and masks of a source; dispose of it when done. */
export interface Judge {
  /** The diagnosis of each, in the order of the source, a batch at a time. */
  read(options: Reading): AsyncGenerator<PredictedDiagnosis[]>;
  dispose(): void;
}

export async function loadJudge(context: JobContext, modelId: string, source: SampleSource): Promise<Judge> {
  const where = { where: { id: modelId }, include: { run: true } } as const;
  const row = await context.prisma.model.findUniqueOrThrow(where);
  const { method, config } = readRequest('training', row.run);
  const model = models.get(method);
  if (!isFitted(model)) {
    const built = await loadDiagnosisNetwork(context, modelId, source);
    const { network } = built;
    return {
      read: (options) => predictDiagnoses({ ...options, network, source }),
      dispose: () => built.dispose(),
    };
  }
  const fitted = fittedFromBytes(method, await context.blobs.get(weightsOf(row)));
  return {
    read: (options) => predictFitted({ ...options, model, config, fitted, source }),
    dispose: () => undefined,
  };
}
