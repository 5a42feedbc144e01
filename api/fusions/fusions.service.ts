import { Split, type Fusion, type Prisma } from '../../prisma/client/client.ts';
import { fusions } from '../../ml/fusion/index.ts';
import { invalidInput } from '../errors.ts';
import { parseConfig } from '../runs/method-config.ts';
import {
  requireMatch,
  requireMethod,
  requireSeed,
  requireSize,
  requireSnapshot,
} from '../runs/requirements.ts';
import { createRun, type RunsContext } from '../runs/runs.service.ts';
import { requireDiagnosisModels } from './diagnosis-models.ts';

export interface FuseLabelsInput {
  readonly snapshotId: string;
  readonly method: string;
  readonly preset?: string | null;
  readonly config?: unknown;
  readonly seed?: number | null;
  readonly diagnosisModelIds?: readonly string[] | null;
  readonly permutedDiagnoses?: boolean | null;
  readonly size?: number | null;
}

/** What a fusion's run stores as its config: the whole request, ready to be done again. */
export type FusionRequest = {
  readonly snapshotId: string;
  readonly method: string;
  readonly config: Prisma.InputJsonObject;
  /** Side of the square of pixels at which masks are fused. */
  readonly size: number;
  /** Of several: in the order of the folds that they left out. */
  readonly diagnosisModelIds: string[];
  readonly permutedDiagnoses: boolean;
  /** Whose images are fused: all, but for controls, which are made for the split that is evaluated. */
  readonly splits: Split[];
};

/** The paper works at 256×256; 64×64 is the smallest at which a cup is still told from a disc. */
const presetSizes: Readonly<Record<string, number>> = { demo: 64 };
const paperSize = 256;

/**
 * Starts the fusion of a snapshot's masks, or finds the one that was asked for before. A method that reads the
 * diagnosis of the image it fuses gets its control, fused with permuted diagnoses, enqueued with it: no score of such
 * masks is shown without the control's.
 */
export async function fuseLabels(context: RunsContext, input: FuseLabelsInput): Promise<Fusion> {
  const { request, seed, seesLabel } = await checkRequest(context, input);
  return context.prisma.$transaction(async (tx) => {
    const fusion = await createFusion(tx, request, seed, seesLabel, context.actor);
    if (needsControl(fusion) && (await hasImages(tx, request.snapshotId, defaultSplit))) {
      await controlOf(tx, fusion, defaultSplit, context.actor);
    }
    return fusion;
  });
}

/** The split that evaluations take unless told otherwise. */
export const defaultSplit: Split = 'test';

/** The control itself needs none. */
export function needsControl({ transductive, permutedDiagnoses }: Fusion): boolean {
  return transductive && !permutedDiagnoses;
}

/** The control, on one split, of a fusion that has seen labels; made now where there is none or it came to nothing. */
export async function controlOf(
  tx: Prisma.TransactionClient,
  fusion: Fusion,
  split: Split,
  actor: string,
): Promise<Fusion> {
  const run = await tx.run.findUniqueOrThrow({ where: { id: fusion.runId } });
  const request = { ...(run.config as FusionRequest), permutedDiagnoses: true, splits: [split] };
  return createFusion(tx, request, run.seed, fusion.transductive, actor);
}

async function createFusion(
  tx: Prisma.TransactionClient,
  request: FusionRequest,
  seed: number,
  transductive: boolean,
  actor: string,
): Promise<Fusion> {
  const { run, created } = await createRun(tx, { kind: 'fusion', config: request, seed, actor });
  if (!created) return tx.fusion.findUniqueOrThrow({ where: { runId: run.id } });
  const { snapshotId, method, permutedDiagnoses, diagnosisModelIds, size } = request;
  return tx.fusion.create({
    data: {
      runId: run.id,
      snapshotId,
      method,
      transductive,
      permutedDiagnoses,
      diagnosisModels: { create: diagnosisModelIds.map((modelId, position) => ({ modelId, position })) },
      height: size,
      width: size,
    },
  });
}

interface Checked {
  readonly request: FusionRequest;
  readonly seed: number;
  readonly seesLabel: boolean;
}

async function checkRequest({ prisma }: RunsContext, input: FuseLabelsInput): Promise<Checked> {
  const method = requireMethod(fusions, input.method);
  const preset = input.preset ?? 'demo';
  const config = parseConfig(method, { preset, overrides: input.config, field: 'config' });
  const seed = requireSeed(input.seed ?? 1);
  const permutedDiagnoses = input.permutedDiagnoses ?? false;
  const seesLabel = method.seesLabel(config);
  const fitReadsLabel = method.fitReadsLabel?.(config) ?? false;
  if (permutedDiagnoses && !seesLabel && !fitReadsLabel) {
    throw invalidInput(
      `permutedDiagnoses: '${method.name}' with this config reads no diagnoses`,
      'permutedDiagnoses',
    );
  }
  const snapshot = await requireSnapshot(prisma, input.snapshotId);
  const models = await requireDiagnosisModels(prisma, method, input.diagnosisModelIds ?? []);
  const size = requireSize(input.size ?? models[0]?.height ?? presetSizes[preset] ?? paperSize);
  const here = { snapshotId: snapshot.id, height: size, width: size, what: 'this fusion' };
  for (const model of models) requireMatch('diagnosisModelIds', model, here);
  if (seesLabel) await requireDiagnoses(prisma, snapshot.id, method.name);
  else if (fitReadsLabel) await requireDiagnoses(prisma, snapshot.id, method.name, 'train');
  const request = {
    snapshotId: snapshot.id,
    method: method.name,
    config: config as Prisma.InputJsonObject,
    size,
    diagnosisModelIds: models.map(({ id }) => id),
    permutedDiagnoses,
    splits: Object.values(Split),
  };
  return { request, seed, seesLabel };
}

async function hasImages(tx: Prisma.TransactionClient, snapshotId: string, split: Split): Promise<boolean> {
  return (await tx.snapshotImage.count({ where: { snapshotId, split } })) > 0;
}

/** A control has masks of one split only. */
export async function requireSplit(
  prisma: RunsContext['prisma'],
  fusion: Fusion,
  split: Split,
): Promise<void> {
  const run = await prisma.run.findUniqueOrThrow({ where: { id: fusion.runId } });
  const { splits } = run.config as FusionRequest;
  if (splits.includes(split)) return;
  throw invalidInput(
    `fusionId '${fusion.id}': a control with masks of '${splits.join(', ')}' only, '${split}' is asked for`,
    'fusionId',
  );
}

async function requireDiagnoses(
  prisma: RunsContext['prisma'],
  snapshotId: string,
  method: string,
  split?: Split,
): Promise<void> {
  const missing = await prisma.snapshotImage.count({ where: { snapshotId, split, diagnosisId: null } });
  if (!missing) return;
  throw invalidInput(
    `snapshotId '${snapshotId}': ${missing} of its ${split ? `${split} ` : ''}images have no reference diagnosis, which '${method}' reads`,
    'snapshotId',
  );
}
