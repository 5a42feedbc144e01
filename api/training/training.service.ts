import { isDeepStrictEqual } from 'node:util';
import type { Fusion, Model, Prisma, Run } from '../../prisma/client/client.ts';
import type { FittedDiagnosisModel } from '../../ml/diagnosis/diagnosis-model.ts';
import { isFitted, models, type Model as ModelMethod } from '../../ml/models.ts';
import { trainingSettings, type TrainingConfig } from '../../ml/training/training-config.ts';
import { versionOf } from '../../ml/method.ts';
import { invalidInput } from '../errors.ts';
import { requireSplit } from '../fusions/fusions.service.ts';
import { requireUnpurged } from '../purges/require-unpurged.ts';
import { readRequest } from '../requests/read-request.ts';
import type { RequestOf } from '../requests/requests.ts';
import { parseConfig } from '../runs/method-config.ts';
import { requireSplits } from '../runs/require-splits.ts';
import {
  requireFusion,
  requireMatch,
  requireMethod,
  requireModel,
  requirePictures,
  requireSeed,
  requireSize,
} from '../runs/requirements.ts';
import { requireTraits } from '../runs/diagnosis-traits.ts';
import { createRun, type Asked, type RunsContext } from '../runs/runs.service.ts';
import { InputError } from '../../ml/errors.ts';
import { workingSize } from '../runs/working-size.ts';
import { leftOutFold } from '../requests/left-out-fold.ts';
import { foldName, type Fold } from '../../ml/data/fold.ts';
import { countImages, splitImages, type Counts } from '../storage/known-images.ts';

export interface TrainModelInput {
  readonly fusionId: string;
  readonly method: string;
  readonly preset?: string | null;
  readonly config?: unknown;
  readonly training?: unknown;
  readonly seed?: number | null;
  readonly size?: number | null;
  readonly diagnosisModelId?: string | null;
  readonly initialModelId?: string | null;
  readonly again?: boolean | null;
}

/** Starts the training of a model on a fusion's masks, or finds the one that was asked for before. */
export async function trainModel(context: RunsContext, input: TrainModelInput): Promise<Model> {
  const { prisma, actor } = context;
  const method = requireMethod(models, input.method);
  const preset = input.preset ?? 'demo';
  const config = parseConfig<unknown>(method, { preset, overrides: input.config, field: 'config' });
  const training = trainingOf(method, preset, input.training);
  const seed = requireSeed(input.seed ?? 1);
  const fusion = await requireFusion(prisma, input.fusionId);
  const size = requireSize(input.size ?? fusion.height ?? workingSize(preset));
  const target = { ...squareOf(size), snapshotId: fusion.snapshotId, what: `this training` };
  const diagnosisModelId = await checkDiagnosisModel(prisma, method, target, input.diagnosisModelId ?? null);
  const initialModelId = await checkInitialModel(
    prisma,
    { method, target, training },
    input.initialModelId ?? null,
  );
  await requireSplit(prisma, fusion, 'train');
  await requireSplits(prisma, fusion.snapshotId, `to train '${method.name}'`);
  if (!isFitted(method))
    await requirePictures(prisma, fusion.snapshotId, { what: `'${method.name}'`, field: 'fusionId' });
  await requireTrainingImages(prisma, method, fusion.snapshotId, training?.leaveOut ?? null);
  if (training?.keep === 'best') await requireValidationImages(prisma, fusion.snapshotId);
  if (isFitted(method)) await requireStructures(prisma, method, config, fusion.snapshotId);
  const request: RequestOf<'training'> = {
    fusionId: fusion.id,
    method: method.name,
    version: versionOf(method),
    config,
    training,
    diagnosisModelId,
    // As the fusion's where it is the same: the same work, asked for in two ways, is done once.
    size: size === fusion.height ? null : size,
    initialModelId,
  };
  const asked = { seed, actor, again: input.again };
  return prisma.$transaction((tx) => createModel(tx, request, fusion, asked));
}

/** Repeats the work of a run in a new run. */
export async function repeatTraining(
  tx: Prisma.TransactionClient,
  original: Run,
  actor: string,
): Promise<Model> {
  const request = readRequest('training', original);
  const fusion = await tx.fusion.findUniqueOrThrow({ where: { id: request.fusionId } });
  return createModel(tx, request, fusion, { seed: original.seed, actor, again: true });
}

async function createModel(
  tx: Prisma.TransactionClient,
  request: RequestOf<'training'>,
  { snapshotId, height }: Fusion,
  asked: Asked,
): Promise<Model> {
  const { run, created } = await createRun(tx, { kind: 'training', request, ...asked });
  if (!created) return tx.model.findUniqueOrThrow({ where: { runId: run.id } });
  const { fusionId, method, version, diagnosisModelId } = request;
  const size = request.size ?? height;
  if (size === null) throw new Error(`fusion ${fusionId} has no working size, and the request names none`);
  await requireUnpurged(tx, snapshotId, ['train', 'validation']);
  return tx.model.create({
    data: {
      runId: run.id,
      snapshotId,
      method,
      methodVersion: version,
      task: models.get(method).task,
      fusionId,
      diagnosisModelId,
      ...squareOf(size),
    },
  });
}

/** What the networks that a training builds on must match. */
type Target = Parameters<typeof requireMatch>[2];

const squareOf = (side: number) => ({ height: side, width: side });

/** A fitted model has no epochs, batches or learning rate: settings of a training would be passed over in silence. */
function trainingOf(method: ModelMethod, preset: string, overrides: unknown): TrainingConfig | null {
  if (!isFitted(method)) return parseConfig(trainingSettings, { preset, overrides, field: 'training' });
  if (overrides == null || JSON.stringify(overrides) === '{}') return null;
  throw invalidInput(
    `training: '${method.name}' is fitted at once and has no such settings, received ${JSON.stringify(overrides)}`,
    'training',
  );
}

async function requireStructures(
  prisma: RunsContext['prisma'],
  method: FittedDiagnosisModel,
  config: unknown,
  snapshotId: string,
): Promise<void> {
  const structures = await prisma.structure.findMany({
    where: { dataset: { cohorts: { some: { snapshots: { some: { id: snapshotId } } } } } },
    orderBy: { position: 'asc' },
  });
  try {
    method.checkStructures(
      structures.map(({ name }) => name),
      config,
    );
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw invalidInput(
      `fusionId: its snapshot ${snapshotId} does not suit '${method.name}': ${error.message}`,
      'fusionId',
    );
  }
}

async function checkDiagnosisModel(
  prisma: RunsContext['prisma'],
  method: ModelMethod,
  target: Target,
  id: string | null,
): Promise<string | null> {
  const needed = method.task === 'segmentation' && method.needsDiagnosisModel;
  if (needed && id === null) {
    throw invalidInput(
      `diagnosisModelId: '${method.name}' needs a trained diagnosis model`,
      'diagnosisModelId',
    );
  }
  if (id === null) return null;
  if (!needed) throw invalidInput(`diagnosisModelId '${id}': '${method.name}' uses none`, 'diagnosisModelId');
  const model = await requireModel(prisma, id, 'diagnosis', 'diagnosisModelId');
  requireNetwork('diagnosisModelId', method, model);
  requireTraits('diagnosisModelId', method, model);
  requireMatch('diagnosisModelId', model, target);
  return id;
}

/** A rule on measures of the mask has no features for another network to take. */
function requireNetwork(field: string, method: ModelMethod, { id, method: name }: Model): void {
  if (!isFitted(models.get(name))) return;
  throw invalidInput(
    `${field} '${id}': '${name}' is a rule on measures of the mask, '${method.name}' needs a network`,
    field,
  );
}

interface InitialFor {
  readonly method: ModelMethod;
  readonly target: Target;
  /** Null where the method is fitted at once. */
  readonly training: TrainingConfig | null;
}

/** What the first model has seen, the new one has seen too: the same images, and the same ones left out. */
async function checkInitialModel(
  prisma: RunsContext['prisma'],
  { method, target, training }: InitialFor,
  id: string | null,
): Promise<string | null> {
  const field = 'initialModelId';
  if (id === null) return null;
  if (!training)
    throw invalidInput(`${field} '${id}': '${method.name}' is fitted at once and uses none`, field);
  const model = await requireModel(prisma, id, method.task, field);
  requireNetwork(field, method, model);
  requireMatch(field, model, target);
  const [theirs, ours] = [leftOutFold(model.run), training.leaveOut];
  if (isDeepStrictEqual(theirs, ours)) return id;
  throw invalidInput(
    `${field} '${id}' left out ${JSON.stringify(theirs)} in its training: expected ${JSON.stringify(ours)}, as training.leaveOut says`,
    field,
  );
}

/** A diagnosis cannot be learned from one class; a segmentation learns from images with and without a diagnosis. */
async function requireTrainingImages(
  prisma: RunsContext['prisma'],
  method: ModelMethod,
  snapshotId: string,
  leaveOut: Fold | null,
): Promise<void> {
  const fault = trainingFault(
    method,
    countImages(await splitImages(prisma, snapshotId, 'train'), { leaveOut }),
  );
  if (!fault) return;
  const without = leaveOut ? `without ${foldName(leaveOut)} (training.leaveOut) ` : '';
  throw invalidInput(`fusionId: its snapshot ${snapshotId} ${without}${fault}`, 'fusionId');
}

/** The best epoch is the one with the lowest loss on validation images. */
async function requireValidationImages(prisma: RunsContext['prisma'], snapshotId: string): Promise<void> {
  if (await prisma.snapshotImage.count({ where: { snapshotId, split: 'validation' } })) return;
  throw invalidInput(`training.keep 'best': snapshot ${snapshotId} has no validation images`, 'training');
}

/** In words, what training images lack; null where the method can learn from them. */
export function trainingFault(method: ModelMethod, { images, positive, negative }: Counts): string | null {
  if (images === 0) return 'has no training images';
  if (images === 1 && !isFitted(method)) return `has one training image; '${method.name}' needs two or more`;
  if (method.task === 'segmentation' || (positive > 0 && negative > 0)) return null;
  return `has ${negative} training images of diagnosis 0 and ${positive} of diagnosis 1; '${method.name}' needs both`;
}
