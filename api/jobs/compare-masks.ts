import { setImmediate } from 'node:timers/promises';
import type { Sample, SampleSource } from '../../ml/data/sample.ts';
import { mean } from '../../ml/statistics/measure.ts';
import { softOverlap } from '../../ml/metrics/overlap.ts';
import { bootstrapMean } from '../../ml/statistics/bootstrap-mean.ts';
import { openStoreSource, type StoreSourceOptions } from '../storage/store-source.ts';
import { datasetNames, idOf } from './fused-samples.ts';
import type { JobInput } from './job.ts';
import type { MetricRow } from './metric-row.ts';
import { plane } from './planes.ts';

export interface Comparison {
  readonly metrics: readonly MetricRow[];
  /** Rows of image_metrics without their evaluation. */
  readonly images: readonly {
    readonly imageId: string;
    readonly structureId: string;
    readonly name: string;
    readonly value: number;
  }[];
}

export interface CompareSettings {
  readonly seed: number;
  readonly transductive: boolean;
}

type OnStep = (done: number, total: number) => void;

const imagesAtOnce = 8;
const thresholds = [0.1, 0.3, 0.5, 0.7, 0.9];
const flat = (values: ArrayLike<number>) => ({ values, height: 1, width: values.length });

/** Soft Dice of the masks against each rater's, by structure; images that the rater left out do not enter. */
export async function compareWithRaters(
  input: JobInput,
  masks: StoreSourceOptions,
  { seed, transductive }: CompareSettings,
  onStep: OnStep,
): Promise<Comparison> {
  const source = await openStoreSource(input, masks);
  const names = await datasetNames(input, masks.snapshotId);
  const [n, c] = [source.raters.length, source.structures.length];
  const values = source.raters.map(() => source.structures.map((): number[] => []));
  const images: Comparison['images'][number][] = [];
  for await (const { sample, index } of each(input, source, onStep)) {
    for (const [s, structure] of source.structures.entries()) {
      const mask = plane(fusedOf(sample), s, c);
      const ofImage: number[] = [];
      for (let r = 0; r < n; r++) {
        if (!sample.annotated[r * c + s]) continue;
        const { dice } = softOverlap(flat(mask), flat(raterMask(sample, r * c + s, n * c)), thresholds);
        values[r]?.[s]?.push(dice);
        ofImage.push(dice);
      }
      const structureId = idOf(names.structures, structure);
      const imageId = source.imageIds[index];
      if (ofImage.length)
        images.push({ imageId, structureId, name: 'mean_rater_dice', value: mean(ofImage) });
    }
  }
  const metrics = source.raters.flatMap((rater, r) =>
    source.structures.map((structure, s): MetricRow => {
      const ofPair = values[r]?.[s] ?? [];
      return {
        name: 'soft_dice',
        structureId: idOf(names.structures, structure),
        raterId: idOf(names.raters, rater),
        ...bootstrapMean(ofPair, { seed }),
        undefinedCount: source.ids.length - ofPair.length,
        transductive,
      };
    }),
  );
  return { metrics, images };
}

/** Soft Dice and IoU of the masks against a fusion's, by structure. */
export async function compareWithFusion(
  input: JobInput,
  masks: StoreSourceOptions,
  target: StoreSourceOptions,
  { seed, transductive }: CompareSettings,
  onStep: OnStep,
): Promise<Comparison> {
  const [source, reference] = [await openStoreSource(input, masks), await openStoreSource(input, target)];
  const names = await datasetNames(input, masks.snapshotId);
  const c = source.structures.length;
  const images: Comparison['images'][number][] = [];
  for await (const { sample, index } of each(input, source, onStep)) {
    const [other] = await reference.read([index]);
    if (!other) throw new Error(`image ${source.imageIds[index]} has no mask to compare with`);
    for (const [s, structure] of source.structures.entries()) {
      const { dice, iou } = softOverlap(
        flat(plane(fusedOf(sample), s, c)),
        flat(plane(fusedOf(other), s, c)),
        thresholds,
      );
      const row = { imageId: source.imageIds[index], structureId: idOf(names.structures, structure) };
      images.push({ ...row, name: 'soft_dice', value: dice }, { ...row, name: 'soft_iou', value: iou });
    }
  }
  const metrics = source.structures.flatMap((structure) => {
    const structureId = idOf(names.structures, structure);
    return ['soft_dice', 'soft_iou'].map((name): MetricRow => {
      const ofStructure = images.filter((row) => row.structureId === structureId && row.name === name);
      const measure = bootstrapMean(
        ofStructure.map(({ value }) => value),
        { seed },
      );
      return { name, structureId, ...measure, transductive };
    });
  });
  return { metrics, images };
}

/** The samples one after another, read a batch at a time, with a turn for the rest of the process after each. */
async function* each(
  { signal }: JobInput,
  source: SampleSource,
  onStep: OnStep,
): AsyncGenerator<{ sample: Sample; index: number }> {
  const total = source.ids.length;
  for (let from = 0; from < total; from += imagesAtOnce) {
    const indices = Array.from({ length: Math.min(imagesAtOnce, total - from) }, (_, k) => from + k);
    for (const [k, sample] of (await source.read(indices)).entries()) {
      yield { sample, index: from + k };
      await setImmediate();
      signal.throwIfAborted();
    }
    onStep(from + indices.length, total);
  }
}

function fusedOf({ id, fused }: Sample): Float32Array {
  if (!fused) throw new Error(`image '${id}' has no mask to compare`);
  return fused;
}

/** One channel of the interleaved raters' masks. */
function raterMask({ raterMasks }: Sample, channel: number, channels: number): Uint8Array {
  return Uint8Array.from(
    { length: raterMasks.length / channels },
    (_, pixel) => raterMasks[pixel * channels + channel] ?? 0,
  );
}
