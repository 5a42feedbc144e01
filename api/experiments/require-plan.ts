import { foldName, type Fold } from '../../ml/data/fold.ts';
import type { EvaluateStep, Plan, Step, TrainStep } from '../../ml/experiments/plan.ts';
import { fusions } from '../../ml/fusion/index.ts';
import { models } from '../../ml/models.ts';
import { trainingConfig } from '../../ml/training/training-config.ts';
import { Split } from '../../prisma/client/client.ts';
import type { Database } from '../db.ts';
import { invalidInput } from '../errors.ts';
import { countImages, splitImages, type KnownImages } from '../storage/known-images.ts';
import { trainingFault } from '../training/training.service.ts';

/** Metrics whose numbers need images of both diagnoses. */
const ofDiagnoses = ['auc', 'auc_bootstrap', 'permuted_auc'];

/**
 * Refuses what could not be done to its end: a split that lacks images, a training or an AUC of one diagnosis only. It
 * would show when fusions and trainings are done.
 */
export async function requirePlan(db: Database, snapshotId: string, plan: Plan): Promise<void> {
  const known = new Map<Split, KnownImages>();
  for (const split of Object.values(Split)) known.set(split, await splitImages(db, snapshotId, split));
  const scored = new Set(
    plan.cells.flatMap(({ metric, steps }) =>
      ofDiagnoses.includes(metric) ? steps.map(({ key }) => key) : [],
    ),
  );
  for (const step of plan.steps) {
    const fault = faultOf(step, (split) => known.get(split)!, scored);
    if (fault) throw invalidInput(`snapshotId: snapshot ${snapshotId} ${fault}`, 'snapshotId');
  }
}

function faultOf(
  step: Step,
  imagesOf: (split: Split) => KnownImages,
  scored: ReadonlySet<string>,
): string | null {
  if (step.kind === 'evaluate') return evaluationFault(step, imagesOf(step.split ?? 'test'), scored);
  const train = imagesOf('train');
  if (step.kind === 'train') return trainFault(step, train);
  const learns = fusions.get(step.method).fit !== undefined;
  return learns && train.ids.length === 0
    ? `has no training images, from which '${step.method}' learns`
    : null;
}

function trainFault({ method, training, label }: TrainStep, train: KnownImages): string | null {
  const leaveOut = trainingConfig.shape.leaveOut.parse(training?.['leaveOut'] ?? null);
  const fault = trainingFault(models.get(method), countImages(train, { leaveOut }));
  return fault && `${inWords(leaveOut, 'without')}${fault} (step '${label}')`;
}

function evaluationFault(
  { split = 'test', fold, key }: EvaluateStep,
  known: KnownImages,
  scored: ReadonlySet<string>,
): string | null {
  const { images, positive, negative } = countImages(known, { fold });
  const where = inWords(fold, 'in');
  if (images === 0) return `${where}has no ${split} images, which are evaluated`;
  if (!scored.has(key) || (positive > 0 && negative > 0)) return null;
  return (
    `${where}has ${negative} ${split} images of diagnosis 0 and ${positive} of diagnosis 1; ` +
    'the AUC needs both: give images of both, or ask trainModel and evaluate for what needs none'
  );
}

const inWords = (fold: Fold | null | undefined, how: 'in' | 'without'): string =>
  fold ? `${how} ${foldName(fold)} ` : '';
