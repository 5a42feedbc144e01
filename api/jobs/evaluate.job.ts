import type { Evaluation, Fusion, Prisma } from '../../prisma/client/client.ts';
import { conflict } from '../errors.ts';
import type { MetricChoice } from '../requests/metric-choices.ts';
import type { RequestOf } from '../requests/requests.ts';
import type { MasksOptions } from '../storage/stored-masks.ts';
import type { SoftMasksOf } from '../storage/soft-masks.ts';
import { judgeMasks, readsExchanged, scoreMetrics } from './judge-masks.ts';
import type { Job, JobInput, Outcome } from './job.ts';
import { compareWithFusion, compareWithRaters } from './compare-masks.ts';
import type { MetricRow } from './metric-row.ts';
import type { Comparison } from './metric-tally.ts';
import { predictAndStore } from './predict-masks.ts';

/**
 * Evaluates a fusion's masks, or those that a segmentation model predicts, on one split: how well a judge, where there
 * is one, reads the diagnosis from image and mask (AUC), and how well the masks agree with the raters' and the
 * fusion's. Everything is written when all is done, but for predicted masks, which are the model's own results.
 */
export const evaluateJob: Job<'evaluation'> = {
  waitsFor: async ({ prisma }, _run, { controlFusionIds }) => {
    const pending = await prisma.fusion.findFirst({
      where: { id: { in: controlFusionIds }, run: { status: { in: ['queued', 'running'] } } },
      orderBy: { id: 'asc' },
    });
    return pending && `run ${pending.runId}, the permuted control`;
  },
  async perform(input) {
    const { prisma, run, request } = input;
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
  { judgeModelId, split, fold, controlFusionIds, metrics: choices }: RequestOf<'evaluation'>,
  fusion: Fusion,
): Promise<Outcome> {
  const { snapshotId, height: size, transductive } = fusion; // size null: compared at the images' own
  const where = { snapshotId, size, split, fold };
  const masks = { ...where, fusionId: fusion.id };
  for (const id of controlFusionIds) await requireControl(input, id);
  const controls = controlFusionIds.map((fusionId) => ({ ...where, fusionId }));
  const share = sharing(input, 1 + readingsOf({ judgeModelId, choices, controls }));
  const read = await readDiagnoses(input, { judgeModelId, masks, controls, choices, transductive }, share);
  const onStep = share('comparing with raters');
  const settings = { choices, seed: input.run.seed, transductive };
  const compared = await compareWithRaters(input, masks, settings, onStep);
  const metrics = [...read.metrics, ...compared.metrics];
  return outcome(evaluation, { metrics, scores: read.scores }, compared);
}

async function evaluateModel(
  input: JobInput,
  evaluation: Evaluation,
  { judgeModelId, split, fold, metrics: choices }: RequestOf<'evaluation'>,
  model: { readonly id: string; readonly snapshotId: string; readonly size: number; readonly fusion: Fusion },
): Promise<Outcome> {
  const { snapshotId, size, fusion, id: predictedBy } = model;
  const where = { snapshotId, size, split, fold };
  const readings = readingsOf({ judgeModelId, choices, controls: [] });
  const [share, seed] = [sharing(input, 3 + readings), input.run.seed];
  await predictAndStore(input, model.id, where, share('predicting masks'));
  const masks = { ...where, predictedBy };
  // Predicted from the image alone: no label of these images has touched them.
  const own = { choices, seed, transductive: false };
  const asked = { judgeModelId, masks, controls: [], choices, transductive: false };
  const read = await readDiagnoses(input, asked, share);
  const byRater = await compareWithRaters(input, masks, own, share('comparing with raters'));
  const settings = { choices, seed, transductive: fusion.transductive };
  const byFusion = await compareWithFusion(
    input,
    masks,
    fusion.id,
    settings,
    share('comparing with the fusion'),
  );
  const metrics = [...read.metrics, ...byFusion.metrics, ...byRater.metrics];
  return outcome(
    evaluation,
    { metrics, scores: read.scores },
    { images: [...byFusion.images, ...byRater.images] },
  );
}

interface Read {
  readonly metrics: readonly MetricRow[];
  readonly scores: readonly { readonly imageId: string; readonly logit: number }[];
}

type MasksToRead = MasksOptions & SoftMasksOf;

interface ToRead {
  readonly judgeModelId: string | null;
  readonly masks: MasksToRead;
  /** The masks of each permutation of the control. */
  readonly controls: readonly MasksToRead[];
  readonly choices: readonly MetricChoice[];
  readonly transductive: boolean;
}

/** How often the judge reads all images. */
const readingsOf = ({ judgeModelId, choices, controls }: Omit<ToRead, 'masks' | 'transductive'>): number =>
  judgeModelId ? 1 + (readsExchanged(choices) ? 1 : 0) + controls.length : 0;

/** How well the judge tells the diagnosis from image and mask; nothing where there is no judge. */
async function readDiagnoses(input: JobInput, toRead: ToRead, share: Sharing): Promise<Read> {
  const { judgeModelId, masks, controls, choices, transductive } = toRead;
  if (!judgeModelId) return { metrics: [], scores: [] };
  const { seed } = input.run;
  const read = (of: MasksToRead, stage: string, exchangedBy?: number) =>
    judgeMasks(input, judgeModelId, of, { exchangedBy, onStep: share(stage) });
  const own = await read(masks, 'the judge reads');
  const exchanged = readsExchanged(choices)
    ? await read(masks, 'the judge reads exchanged masks', seed)
    : undefined;
  const permuted: (readonly number[])[] = [];
  for (const control of controls)
    permuted.push((await read(control, 'the judge reads the permuted control')).logits);
  const { imageIds, labels, subjects, logits: scores } = own;
  const images = { labels, subjects, scores, exchanged: exchanged?.logits, controls: permuted };
  return {
    metrics: await scoreMetrics(images, choices, { seed, transductive }),
    scores: imageIds.map((imageId, k) => ({ imageId, logit: scores[k] })),
  };
}

/** A score of masks that have seen labels is never given without the one of their control. */
async function requireControl({ prisma }: JobInput, id: string): Promise<void> {
  const { run } = await prisma.fusion.findUniqueOrThrow({ where: { id }, include: { run: true } });
  if (run.status === 'succeeded') return;
  throw conflict(`the permuted control, fusion ${id}, has no result: its run ${run.id} is ${run.status}`);
}

/** Each step of the evaluation reports its own share of the whole. */
type Sharing = (stage: string) => (done: number, total: number) => void;

function sharing({ progress }: JobInput, steps: number): Sharing {
  let step = 0;
  return (stage: string) => {
    const before = step++;
    return (done: number, total: number) =>
      progress.report((before + done / Math.max(1, total)) / steps, stage);
  };
}

function outcome(
  { id: evaluationId }: Evaluation,
  { metrics, scores }: Read,
  { images }: Pick<Comparison, 'images'>,
): Outcome {
  const count = new Set(images.map(({ imageId }) => imageId)).size;
  const numbers = { images: count, metrics: metrics.length };
  const write = async (tx: Prisma.TransactionClient): Promise<void> => {
    await tx.evaluationMetric.createMany({ data: metrics.map((metric) => ({ evaluationId, ...metric })) });
    await tx.diagnosisScore.createMany({ data: scores.map((score) => ({ evaluationId, ...score })) });
    await tx.imageMetric.createMany({ data: images.map((metric) => ({ evaluationId, ...metric })) });
  };
  return { result: numbers, write };
}
