import type { Fusion, Prisma, Run, Split } from '../../prisma/client/client.ts';
import { fusions } from '../../ml/fusion/index.ts';
import type { Fusion as FusionMethod } from '../../ml/fusion/fusion.ts';
import { versionOf } from '../../ml/method.ts';
import type { Database } from '../db.ts';
import { invalidInput } from '../errors.ts';
import { requireUnpurged } from '../purges/require-unpurged.ts';
import { readRequest } from '../requests/read-request.ts';
import { noPermutation, type RequestOf } from '../requests/requests.ts';
import { parseConfig } from '../runs/method-config.ts';
import {
  requireMatch,
  requireMethod,
  requirePictures,
  requireSeed,
  requireSize,
  requireSnapshot,
  requireStructures,
} from '../runs/requirements.ts';
import { createRun, type Asked, type RunsContext } from '../runs/runs.service.ts';
import { workingSize } from '../runs/working-size.ts';
import { requireDiagnosisModels } from './diagnosis-models.ts';

export interface FuseLabelsInput {
  readonly snapshotId: string;
  readonly method: string;
  readonly preset?: string | null;
  readonly config?: unknown;
  readonly seed?: number | null;
  readonly diagnosisModelIds?: readonly string[] | null;
  readonly permutedDiagnoses?: boolean | null;
  /** Of a control: which permutation, counted from 0. */
  readonly permutation?: number | null;
  readonly size?: number | null;
  readonly again?: boolean | null;
}

type FusionRequest = RequestOf<'fusion'>;

/**
 * Starts the fusion of a snapshot's masks, or finds the one that was asked for before. A method that reads the
 * diagnosis of the image it fuses gets its control, fused with permuted diagnoses, enqueued with it: no score of such
 * masks is shown without the control's.
 */
export async function fuseLabels(context: RunsContext, input: FuseLabelsInput): Promise<Fusion> {
  const { request, seed, seesLabel } = await checkRequest(context, input);
  return context.prisma.$transaction(async (tx) => {
    const asked = { seed, transductive: seesLabel, actor: context.actor, again: input.again };
    const fusion = await createFusion(tx, request, asked);
    if (needsControl(fusion) && (await hasImages(tx, request.snapshotId, defaultSplit))) {
      // The first permutation; an evaluation asks for the others that it wants.
      await controlsOf(tx, fusion, { split: defaultSplit, permutations: 1, actor: context.actor });
    }
    return fusion;
  });
}

/** The split that evaluations use by default. */
export const defaultSplit: Split = 'test';

/** The control itself needs none. */
export function needsControl({ transductive, permutedDiagnoses }: Fusion): boolean {
  return transductive && !permutedDiagnoses;
}

interface ControlsAsked {
  readonly split: Split;
  readonly permutations: number;
  readonly actor: string;
}

/**
 * The control, on one split, of a fusion that has seen labels: a fusion for each permutation, made now where there is
 * none or it came to nothing.
 */
export async function controlsOf(
  tx: Prisma.TransactionClient,
  fusion: Fusion,
  { split, permutations, actor }: ControlsAsked,
): Promise<readonly Fusion[]> {
  const run = await tx.run.findUniqueOrThrow({ where: { id: fusion.runId } });
  const asked = { seed: run.seed, transductive: fusion.transductive, actor };
  const controls: Fusion[] = [];
  for (let index = 0; index < permutations; index++) {
    const request = { ...readRequest('fusion', run), ...permuted(index), splits: [split] };
    controls.push(await createFusion(tx, request, asked));
  }
  return controls;
}

const permuted = (index: number) => ({
  permutedDiagnoses: true,
  permutation: { index, by: 'subject' } as const,
});

const unpermuted = { permutedDiagnoses: false, permutation: noPermutation };

/** Repeats the work of a run in a new run. */
export async function repeatFusion(
  tx: Prisma.TransactionClient,
  original: Run,
  actor: string,
): Promise<Fusion> {
  const { transductive } = await tx.fusion.findUniqueOrThrow({ where: { runId: original.id } });
  const asked = { seed: original.seed, transductive, actor, again: true };
  return createFusion(tx, readRequest('fusion', original), asked);
}

async function createFusion(
  tx: Prisma.TransactionClient,
  request: FusionRequest,
  { transductive, ...asked }: Asked & { readonly transductive: boolean },
): Promise<Fusion> {
  const { run, created } = await createRun(tx, { kind: 'fusion', request, ...asked });
  if (!created) return tx.fusion.findUniqueOrThrow({ where: { runId: run.id } });
  const { snapshotId, method, version, permutedDiagnoses, diagnosisModelIds, size } = request;
  await requireUnpurged(tx, snapshotId, request.splits);
  return tx.fusion.create({
    data: {
      runId: run.id,
      snapshotId,
      method,
      methodVersion: version,
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
  const permutation = requirePermutation(permutedDiagnoses, input.permutation ?? 0);
  const snapshot = await requireSnapshot(prisma, input.snapshotId);
  await requireStructures(prisma, snapshot, 'snapshotId');
  if (!method.fuseImage)
    await requirePictures(prisma, snapshot.id, { what: `'${method.name}'`, field: 'snapshotId' });
  if (method.fit) await requireTrainingImages(prisma, snapshot.id, method.name);
  const models = await requireDiagnosisModels(prisma, method, input.diagnosisModelIds ?? []);
  const size = sizeOf(method, input.size ?? models[0]?.height, preset);
  const here = { snapshotId: snapshot.id, height: size, width: size, what: 'this fusion' };
  for (const model of models) requireMatch('diagnosisModelIds', model, here);
  if (seesLabel) await requireDiagnoses(prisma, snapshot.id, method.name);
  else if (fitReadsLabel) await requireDiagnoses(prisma, snapshot.id, method.name, 'train');
  const request = {
    snapshotId: snapshot.id,
    method: method.name,
    version: versionOf(method),
    config,
    size,
    diagnosisModelIds: models.map(({ id }) => id),
    ...(permutedDiagnoses ? permuted(permutation) : unpermuted),
    splits: await splitsOf(prisma, snapshot.id),
  };
  return { request, seed, seesLabel };
}

/** Null, each image's own, for a fusion that needs no network, unless a size is asked for. */
function sizeOf(method: FusionMethod, asked: number | null | undefined, preset: string): number | null {
  if (asked != null) return requireSize(asked);
  return method.fuseImage ? null : workingSize(preset);
}

/** All splits; `none` only where there are such images, so that the same work has the same request as ever. */
async function splitsOf(prisma: RunsContext['prisma'], snapshotId: string): Promise<Split[]> {
  const all: Split[] = ['train', 'validation', 'test'];
  return (await hasImages(prisma, snapshotId, 'none')) ? [...all, 'none'] : all;
}

const mostPermutations = 100;

function requirePermutation(permutedDiagnoses: boolean, index: number): number {
  const field = 'permutation';
  if (!Number.isInteger(index) || index < 0 || index >= mostPermutations) {
    throw invalidInput(
      `permutation ${index}: expected a whole number from 0 to ${mostPermutations - 1}`,
      field,
    );
  }
  if (index === 0 || permutedDiagnoses) return index;
  throw invalidInput(`permutation ${index}: it is of a control, give permutedDiagnoses with it`, field);
}

/** Of the control, how many fusions with permuted diagnoses. */
export function requirePermutations(count: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= mostPermutations) return count;
  throw invalidInput(
    `permutations ${count}: expected a whole number from 1 to ${mostPermutations}`,
    'permutations',
  );
}

async function hasImages(tx: Database, snapshotId: string, split: Split): Promise<boolean> {
  return (await tx.snapshotImage.count({ where: { snapshotId, split } })) > 0;
}

/** A control has masks of one split only. */
export async function requireSplit(
  prisma: RunsContext['prisma'],
  fusion: Fusion,
  split: Split,
): Promise<void> {
  const run = await prisma.run.findUniqueOrThrow({ where: { id: fusion.runId } });
  const { splits } = readRequest('fusion', run);
  if (splits.includes(split)) return;
  throw invalidInput(
    `fusionId '${fusion.id}': a control with masks of '${splits.join(', ')}' only, '${split}' is asked for`,
    'fusionId',
  );
}

async function requireTrainingImages(
  prisma: RunsContext['prisma'],
  snapshotId: string,
  method: string,
): Promise<void> {
  if (await prisma.snapshotImage.count({ where: { snapshotId, split: 'train' } })) return;
  throw invalidInput(
    `snapshotId '${snapshotId}': it has no training images, from which '${method}' learns`,
    'snapshotId',
  );
}

async function requireDiagnoses(
  prisma: RunsContext['prisma'],
  snapshotId: string,
  method: string,
  split?: Split,
): Promise<void> {
  const missing = await prisma.snapshotImage.count({ where: { snapshotId, split, label: null } });
  if (!missing) return;
  throw invalidInput(
    `snapshotId '${snapshotId}': ${missing} of its ${split ? `${split} ` : ''}images have no label, which '${method}' reads (docs/diagnoses.md says how labels are made)`,
    'snapshotId',
  );
}
