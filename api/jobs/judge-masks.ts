import { auc, aucBootstrap, type Label } from '../../ml/statistics/auc.ts';
import { openStoreSource, type StoreSourceOptions } from '../storage/store-source.ts';
import type { JobInput } from './job.ts';
import { loadJudge } from './judge.ts';
import type { MetricRow } from './metric-row.ts';

export interface Reading {
  readonly scores: readonly { readonly imageId: string; readonly logit: number }[];
  /** Diagnosis of each of them, null where unknown. */
  readonly labels: readonly Label[];
}

/** The judge's logit of each image and its mask; which masks, the options of the source say. */
export async function judgeMasks(
  input: JobInput,
  judgeModelId: string,
  masks: StoreSourceOptions,
  onStep: (done: number, total: number) => void,
): Promise<Reading> {
  const source = await openStoreSource(input, masks);
  const judge = await loadJudge(input, judgeModelId, source);
  try {
    const logits: number[] = [];
    for await (const batch of judge.read({ signal: input.signal, onStep })) {
      logits.push(...batch.map(({ logit }) => logit));
    }
    const scores = logits.map((logit, index) => ({ imageId: source.imageIds[index], logit }));
    return { scores, labels: source.diagnoses };
  } finally {
    judge.dispose();
  }
}

/** The same AUC with two intervals: DeLong's, and a bootstrap's that assumes less. */
export function aucMetrics({ scores, labels }: Reading, seed: number, transductive: boolean): MetricRow[] {
  const logits = scores.map(({ logit }) => logit);
  return [
    { name: 'auc', ...auc(logits, labels), transductive },
    { name: 'auc_bootstrap', ...aucBootstrap(logits, labels, { seed }), transductive },
  ];
}

/** What masks fused for shuffled diagnoses score on the true ones: what is left when the labels tell nothing. */
export function permutedAucMetric({ scores, labels }: Reading): MetricRow {
  const logits = scores.map(({ logit }) => logit);
  return { name: 'permuted_auc', ...auc(logits, labels), transductive: true };
}
