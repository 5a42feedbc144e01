import { exchangeMasks } from '../../ml/data/exchange-masks.ts';
import type { ScoredImages } from '../../ml/metrics/metric.ts';
import type { MetricChoice } from '../requests/metric-choices.ts';
import type { SoftMasksOf } from '../storage/soft-masks.ts';
import type { MasksOptions } from '../storage/stored-masks.ts';
import { openStoreSource } from '../storage/store-source.ts';
import { chosen } from './chosen-metric.ts';
import type { JobInput } from './job.ts';
import { loadJudge } from './judge.ts';
import type { MetricRow } from './metric-row.ts';

export interface Reading extends Omit<ScoredImages, 'scores' | 'exchanged' | 'controls'> {
  readonly imageIds: readonly string[];
  /** A logit for each. */
  readonly logits: readonly number[];
}

interface ReadOptions {
  /** Give each image the mask of another, which this seed decides. */
  readonly exchangedBy?: number;
  readonly onStep: (done: number, total: number) => void;
}

/** The judge's logit of each image and its mask, at the size at which the judge works. */
export async function judgeMasks(
  input: JobInput,
  judgeModelId: string,
  masks: MasksOptions & SoftMasksOf,
  { exchangedBy, onStep }: ReadOptions,
): Promise<Reading> {
  const { height: size } = await input.prisma.model.findUniqueOrThrow({ where: { id: judgeModelId } });
  const source = await openStoreSource(input, { ...masks, size });
  const asked = exchangedBy === undefined ? source : exchangeMasks(source, exchangedBy);
  const judge = await loadJudge(input, judgeModelId, asked);
  try {
    const [imageIds, logits]: [string[], number[]] = [[], []];
    for await (const batch of judge.read({ signal: input.signal, onStep })) {
      for (const { id, logit } of batch) {
        imageIds.push(source.imageIdOf(id));
        logits.push(logit);
      }
    }
    return { imageIds, logits, labels: source.diagnoses, subjects: source.subjects };
  } finally {
    judge.dispose();
  }
}

/** Whether any of the choices reads the masks of other images. */
export const readsExchanged = (choices: readonly MetricChoice[]): boolean =>
  chosen(choices, 'scores').some(({ metric }) => metric.reads === 'exchanged');

/** The chosen numbers of scores; those of a control only where there is one. */
export async function scoreMetrics(
  images: ScoredImages,
  choices: readonly MetricChoice[],
  { seed, transductive }: { seed: number; transductive: boolean },
): Promise<MetricRow[]> {
  const asked = chosen(choices, 'scores').filter(
    ({ metric }) => metric.reads !== 'controls' || images.controls.length > 0,
  );
  return Promise.all(
    asked.map(async ({ metric, settings, label }) => {
      return { ...label, ...(await metric.measure(images, settings, seed)), transductive };
    }),
  );
}
