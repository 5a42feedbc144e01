import type { Label } from '../../ml/statistics/auc.ts';
import type { MetricChoice } from '../requests/metric-choices.ts';
import type { SoftMasksOf } from '../storage/soft-masks.ts';
import type { MasksOptions } from '../storage/stored-masks.ts';
import { openStoreSource } from '../storage/store-source.ts';
import { chosen } from './chosen-metric.ts';
import type { JobInput } from './job.ts';
import { loadJudge } from './judge.ts';
import type { MetricRow } from './metric-row.ts';

export interface Reading {
  readonly scores: readonly { readonly imageId: string; readonly logit: number }[];
  /** Diagnosis of each of them, null where unknown. */
  readonly labels: readonly Label[];
}

/** The judge's logit of each image and its mask, at the size at which the judge works. */
export async function judgeMasks(
  input: JobInput,
  judgeModelId: string,
  masks: MasksOptions & SoftMasksOf,
  onStep: (done: number, total: number) => void,
): Promise<Reading> {
  const { height: size } = await input.prisma.model.findUniqueOrThrow({ where: { id: judgeModelId } });
  const source = await openStoreSource(input, { ...masks, size });
  const judge = await loadJudge(input, judgeModelId, source);
  try {
    const scores: Reading['scores'][number][] = [];
    for await (const batch of judge.read({ signal: input.signal, onStep })) {
      scores.push(...batch.map(({ id, logit }) => ({ imageId: source.imageIdOf(id), logit })));
    }
    return { scores, labels: source.diagnoses };
  } finally {
    judge.dispose();
  }
}

/** The chosen numbers of scores: of the masks that are evaluated, or of their permuted control. */
export function scoreMetrics(
  { scores, labels }: Reading,
  choices: readonly MetricChoice[],
  { seed, ofControl, transductive }: { seed: number; ofControl: boolean; transductive: boolean },
): MetricRow[] {
  const logits = scores.map(({ logit }) => logit);
  return chosen(choices, 'scores')
    .filter(({ metric }) => metric.ofControl === ofControl)
    .map(({ metric, settings, label }) => ({
      ...label,
      ...metric.measure(logits, labels, settings, seed),
      transductive,
    }));
}
