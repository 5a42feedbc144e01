import type { SampleSource } from '../../ml/data/sample.ts';
import type { DiagnosisNetwork } from '../../ml/diagnosis/diagnosis-model.ts';
import { isFitted, models, type GradientModel, type TrainedNetwork } from '../../ml/models.ts';
import type { SegmentationNetwork } from '../../ml/segmentation/segmentation-model.ts';
import { loadWeights } from '../../ml/training/checkpoint.ts';
import type { Model } from '../../prisma/client/client.ts';
import { readRequest } from '../requests/read-request.ts';
import type { JobContext } from './job.ts';
import { InputError } from '../../ml/errors.ts';

type Shape = Pick<SampleSource, 'height' | 'width' | 'structures' | 'raters'>;

/** A network with all that it owns or borrows; dispose of it when done. */
export interface Built<Network> {
  readonly network: Network;
  dispose(): void;
}

interface NetworkSpec {
  readonly method: string;
  readonly config: unknown;
  readonly seed: number;
  readonly diagnosisModelId: string | null;
}

/** The network of a method with its initial weights. A frozen diagnosis network inside it is already trained. */
export async function buildNetwork(
  context: JobContext,
  { method, config, seed, diagnosisModelId }: NetworkSpec,
  shape: Shape,
): Promise<Built<TrainedNetwork>> {
  const spec = networkMethod(method);
  const input = {
    height: shape.height,
    width: shape.width,
    structures: shape.structures.length,
    raters: shape.raters.length,
    seed,
  };
  if (spec.task === 'diagnosis') {
    const network = spec.build(input, config);
    return { network, dispose: () => network.weights.dispose() };
  }
  const inner = diagnosisModelId ? await loadDiagnosisNetwork(context, diagnosisModelId, shape) : undefined;
  const network = spec.build({ ...input, diagnosisNetwork: inner?.network }, config);
  const dispose = (): void => {
    network.weights.dispose();
    inner?.dispose();
  };
  return { network, dispose };
}

/** @throws InputError where the method is fitted: it has no network. */
export function networkMethod(name: string): GradientModel {
  const spec = models.get(name);
  if (!isFitted(spec)) return spec;
  throw new InputError(`'${name}' is a rule on measures of the mask: it has no network`);
}

export async function loadDiagnosisNetwork(
  context: JobContext,
  modelId: string,
  shape: Shape,
): Promise<Built<DiagnosisNetwork>> {
  return loadNetwork(context, modelId, shape) as Promise<Built<DiagnosisNetwork>>;
}

export async function loadSegmentationNetwork(
  context: JobContext,
  modelId: string,
  shape: Shape,
): Promise<Built<SegmentationNetwork>> {
  return loadNetwork(context, modelId, shape) as Promise<Built<SegmentationNetwork>>;
}

async function loadNetwork(
  context: JobContext,
  modelId: string,
  shape: Shape,
): Promise<Built<TrainedNetwork>> {
  const model = await context.prisma.model.findUniqueOrThrow({
    where: { id: modelId },
    include: { run: true },
  });
  const { method, config } = readRequest('training', model.run);
  const bytes = await context.blobs.get(weightsOf(model));
  const spec = { method, config, seed: model.run.seed, diagnosisModelId: model.diagnosisModelId };
  const built = await buildNetwork(context, spec, shape);
  try {
    loadWeights(built.network, bytes);
  } catch (error) {
    built.dispose();
    throw error;
  }
  return built;
}

/** Where the weights are stored, or what a fitted model learned. */
export function weightsOf({ id, sha256 }: Model): string {
  if (!sha256) throw new Error(`model ${id} has learned nothing: its training has not succeeded`);
  return sha256;
}
