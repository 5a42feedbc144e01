import type { z } from 'zod';
import type { Evaluation, Model, Prisma, Run, Split } from '../../prisma/client/client.ts';
import { fold, foldName, type Fold } from '../../ml/data/fold.ts';
import { defaultPermutations } from '../../ml/data/permute-diagnoses.ts';
import { invalidInput } from '../errors.ts';
import {
  controlsOf,
  defaultSplit,
  needsControl,
  requirePermutations,
  requireSplit,
} from '../fusions/fusions.service.ts';
import { requireUnpurged } from '../purges/require-unpurged.ts';
import { readRequest } from '../requests/read-request.ts';
import type { RequestOf } from '../requests/requests.ts';
import {
  requireFusion,
  requireImages,
  requireMatch,
  requireModel,
  requireSeed,
} from '../runs/requirements.ts';
import { countImages, splitImages } from '../storage/known-images.ts';
import { createRun, type Asked, type RunsContext } from '../runs/runs.service.ts';
import { chooseMetrics, type AskedMetric } from './choose-metrics.ts';

export interface EvaluateInput {
  readonly fusionId?: string | null;
  readonly modelId?: string | null;
  /** Without a judge masks are compared with masks, and no diagnosis is read: no AUC. */
  readonly judgeModelId?: string | null;
  readonly split?: Split | null;
  /** Only this part of the split's images. */
  readonly fold?: z.input<typeof fold> | null;
  /** Left out: soft Dice and IoU, and with a judge the AUCs. */
  readonly metrics?: readonly AskedMetric[] | null;
  /** Of the control, where the fusion has seen labels: how many permutations. */
  readonly permutations?: number | null;
  readonly seed?: number | null;
  readonly again?: boolean | null;
}

type EvaluationRequest = RequestOf<'evaluation'>;

/** Starts the evaluation of a fusion's masks or of a model's, or finds the one that was asked for before. */
export async function evaluate(context: RunsContext, input: EvaluateInput): Promise<Evaluation> {
  const { prisma, actor } = context;
  const { fusionId = null, modelId = null, judgeModelId = null } = input;
  if ((fusionId === null) === (modelId === null)) {
    throw invalidInput(
      'evaluate wants exactly one of fusionId and modelId',
      fusionId === null ? 'modelId' : 'fusionId',
    );
  }
  const seed = requireSeed(input.seed ?? 1);
  const split = input.split ?? defaultSplit;
  const part = requireFold(input.fold ?? null);
  const permutations = requirePermutations(input.permutations ?? defaultPermutations);
  const metrics = chooseMetrics(input.metrics, { ofModel: modelId !== null, judged: judgeModelId !== null });
  const model = modelId === null ? null : await requireModel(prisma, modelId, 'segmentation', 'modelId');
  const fusion = await requireFusion(prisma, fusionId ?? (model as Model).fusionId);
  const what = model ? `model '${model.id}'` : `fusion '${fusion.id}'`;
  if (judgeModelId !== null) {
    const judge = await requireModel(prisma, judgeModelId, 'diagnosis', 'judgeModelId');
    requireMatch('judgeModelId', judge, { ...(model ?? fusion), what });
  }
  await requireSplit(prisma, fusion, split);
  await requireImages(prisma, fusion.snapshotId, split);
  if (part) await requireFoldImages(prisma, fusion.snapshotId, split, part);
  return prisma.$transaction(async (tx) => {
    // A model's masks come from the image alone: no label, no control. Nor without a judge: labels enter no number then.
    const controlled = judgeModelId !== null && !model && needsControl(fusion);
    const controls = controlled ? await controlsOf(tx, fusion, { split, permutations, actor }) : [];
    const request: EvaluationRequest = {
      fusionId,
      modelId,
      judgeModelId,
      split,
      fold: part,
      controlFusionIds: controls.map(({ id }) => id),
      metrics,
    };
    return createEvaluation(tx, request, fusion, { seed, actor, again: input.again });
  });
}

/** The same work once more, by a run of its own. The masks that a model has predicted are not predicted again. */
export async function repeatEvaluation(
  tx: Prisma.TransactionClient,
  original: Run,
  actor: string,
): Promise<Evaluation> {
  const known = await tx.evaluation.findUniqueOrThrow({ where: { runId: original.id } });
  const asked = { seed: original.seed, actor, again: true };
  return createEvaluation(tx, readRequest('evaluation', original), known, asked);
}

async function createEvaluation(
  tx: Prisma.TransactionClient,
  request: EvaluationRequest,
  { snapshotId, transductive }: Pick<Evaluation, 'snapshotId' | 'transductive'>,
  asked: Asked,
): Promise<Evaluation> {
  const { run, created } = await createRun(tx, { kind: 'evaluation', request, ...asked });
  if (!created) return tx.evaluation.findUniqueOrThrow({ where: { runId: run.id } });
  const { fusionId, modelId, judgeModelId, split, fold } = request;
  await requireUnpurged(tx, snapshotId, [split]);
  const part = { foldIndex: fold?.index, foldOf: fold?.of };
  return tx.evaluation.create({
    data: { runId: run.id, snapshotId, split, ...part, fusionId, modelId, judgeModelId, transductive },
  });
}

async function requireFoldImages(
  prisma: RunsContext['prisma'],
  snapshotId: string,
  split: Split,
  fold: Fold,
): Promise<void> {
  if (countImages(await splitImages(prisma, snapshotId, split), { fold }).images > 0) return;
  throw invalidInput(
    `${foldName(fold)}: snapshot ${snapshotId} has too few ${split} subjects for it`,
    'fold',
  );
}

function requireFold(asked: z.input<typeof fold> | null): Fold | null {
  const parsed = fold.nullable().safeParse(asked);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ message }) => message).join('; ');
  throw invalidInput(`fold ${JSON.stringify(asked)}: ${problems}`, 'fold');
}
