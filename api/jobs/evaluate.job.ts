import type { Evaluation, Fusion, Prisma } from '../../prisma/client/client.ts';
import { conflict } from '../errors.ts';
import type { EvaluationRequest } from '../evaluations/evaluations.service.ts';
import { aucMetrics, judgeMasks, permutedAucMetric, type Reading } from './judge-masks.ts';
import type { Job, JobInput, Outcome } from './job.ts';
import { compareWithFusion, compareWithRaters, type Comparison } from './compare-masks.ts';
import type { MetricRow } from './metric-row.ts';
import { predictAndStore } from './predict-masks.ts';

/**
 * Evaluates a fusion's masks, or those that a segmentation model predicts, on one split: how well a judge reads the
 * diagnosis from image and mask (AUC), and how well the masks agree with the raters' and the fusion's. Everything is
 * written when all is done, but for predicted masks, which are the model's own results.
 */
export const evaluateJob: Job = {
  waitsFor: async ({ prisma }, { config }) => {
    const { controlFusionId: id } = config as EvaluationRequest;
    const control = id ? await prisma.fusion.findUnique({ where: { id }, include: { run: true } }) : null;
    const pending = control?.run.status === 'queued' || control?.run.status === 'running';
    return control && pending ? `run ${control.runId}, the permuted control` : null;
  },
  async perform(input) {
    const { prisma, run } = input;
    const request = run.config as EvaluationRequest;
    const evaluation = await prisma.evaluation.findUniqueOrThrow({
      where: { runId: run.id },
      include: { fusion: true, model: { include: { fusion: true } } },
    });
    const { fusion, model } = evaluation;
    if (model) return evaluateModel(input, evaluation, request, { ...model, size: model.height });
    if (fusion) return evaluateFusion(input, evaluation, request, fusion);
    throw new Error(`evaluation ${evaluation.id} has neither fusion nor model`);
  },
};

async function evaluateFusion(
  input: JobInput,
  evaluation: Evaluation,
  { judgeModelId, split, controlFusionId }: EvaluationRequest,
  fusion: Fusion,
): Promise<Outcome> {
  const { snapshotId, height: size, transductive } = fusion;
  const where = { snapshotId, size, split };
  const [share, seed] = [sharing(input, controlFusionId ? 3 : 2), input.run.seed];
  const reading = await judgeMasks(
    input,
    judgeModelId,
    { ...where, fusionId: fusion.id },
    share('the judge reads'),
  );
  const metrics = aucMetrics(reading, seed, transductive);
  if (controlFusionId) {
    await requireControl(input, controlFusionId);
    const control = { ...where, fusionId: controlFusionId };
    const permuted = await judgeMasks(
      input,
      judgeModelId,
      control,
      share('the judge reads the permuted control'),
    );
    metrics.push(permutedAucMetric(permuted));
  }
  const masks = { ...where, fusionId: fusion.id };
  const compared = await compareWithRaters(
    input,
    masks,
    { seed, transductive },
    share('comparing with raters'),
  );
  return outcome(evaluation, [...metrics, ...compared.metrics], reading, compared);
}

async function evaluateModel(
  input: JobInput,
  evaluation: Evaluation,
  { judgeModelId, split }: EvaluationRequest,
  model: { readonly id: string; readonly snapshotId: string; readonly size: number; readonly fusion: Fusion },
): Promise<Outcome> {
  const { snapshotId, size, fusion, id: predictedBy } = model;
  const where = { snapshotId, size, split };
  const [share, seed] = [sharing(input, 4), input.run.seed];
  await predictAndStore(input, model.id, where, share('predicting masks'));
  const masks = { ...where, predictedBy };
  const reading = await judgeMasks(input, judgeModelId, masks, share('the judge reads'));
  // Predicted from the image alone: no label of these images has touched them.
  const metrics = aucMetrics(reading, seed, false);
  const byRater = await compareWithRaters(
    input,
    masks,
    { seed, transductive: false },
    share('comparing with raters'),
  );
  const target = { ...where, fusionId: fusion.id };
  const settings = { seed, transductive: fusion.transductive };
  const own = await compareWithFusion(input, masks, target, settings, share('comparing with the fusion'));
  const compared = {
    metrics: [...own.metrics, ...byRater.metrics],
    images: [...own.images, ...byRater.images],
  };
  return outcome(evaluation, [...metrics, ...compared.metrics], reading, compared);
}

/** A score of masks that have seen labels is never given without the one of their control. */
async function requireControl({ prisma }: JobInput, id: string): Promise<void> {
  const { run } = await prisma.fusion.findUniqueOrThrow({ where: { id }, include: { run: true } });
  if (run.status === 'succeeded') return;
  throw conflict(`the permuted control, fusion ${id}, has no result: its run ${run.id} is ${run.status}`);
}

/** Each step of the evaluation reports its own share of the whole. */
function sharing({ progress }: JobInput, steps: number) {
  let step = 0;
  return (stage: string) => {
    const before = step++;
    return (done: number, total: number) =>
      progress.report((before + done / Math.max(1, total)) / steps, stage);
  };
}

function outcome(
  { id: evaluationId }: Evaluation,
  metrics: readonly MetricRow[],
  { scores }: Reading,
  { images }: Comparison,
): Outcome {
  const numbers = { images: scores.length, metrics: metrics.length };
  const write = async (tx: Prisma.TransactionClient): Promise<void> => {
    await tx.evaluationMetric.createMany({ data: metrics.map((metric) => ({ evaluationId, ...metric })) });
    await tx.diagnosisScore.createMany({ data: scores.map((score) => ({ evaluationId, ...score })) });
    await tx.imageMetric.createMany({ data: images.map((metric) => ({ evaluationId, ...metric })) });
  };
  return { result: numbers, write };
}
