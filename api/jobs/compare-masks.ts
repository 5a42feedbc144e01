import { setImmediate } from 'node:timers/promises';
import type { Sample } from '../../ml/data/sample.ts';
import type { Mask } from '../../ml/metrics/metric.ts';
import { bootstrapMeanOfDefined } from '../../ml/statistics/bootstrap-mean.ts';
import type { MetricChoice } from '../requests/metric-choices.ts';
import { openStoreSource, type StoreSource, type StoreSourceOptions } from '../storage/store-source.ts';
import { chosen } from './chosen-metric.ts';
import { datasetNames, idOf } from './fused-samples.ts';
import type { JobInput } from './job.ts';
import type { ImageRow, MetricLabel, MetricRow } from './metric-row.ts';
import { plane } from './planes.ts';

export interface Comparison {
  readonly metrics: readonly MetricRow[];
  readonly images: readonly ImageRow[];
}

export interface CompareSettings {
  readonly choices: readonly MetricChoice[];
  readonly seed: number;
  readonly transductive: boolean;
}

type OnStep = (done: number, total: number) => void;

const imagesAtOnce = 8;

/** The masks against each rater's, by structure; images that the rater left out do not enter. */
export async function compareWithRaters(
  input: JobInput,
  masks: StoreSourceOptions,
  { choices, ...settings }: CompareSettings,
  onStep: OnStep,
): Promise<Comparison> {
  const source = await openStoreSource(input, masks);
  const names = await datasetNames(input, masks.snapshotId);
  const pairwise = chosen(choices, 'masks').filter(({ against }) => against.includes('raters'));
  const combined = chosen(choices, 'mask-with-raters');
  const raterIds = source.raters.map((name) => idOf(names.raters, name));
  const structureIds = source.structures.map((name) => idOf(names.structures, name));
  const tally = createTally(settings, source);
  for (const { label } of pairwise)
    for (const raterId of raterIds)
      for (const structureId of structureIds) tally.expect(label, { structureId, raterId });
  for await (const { sample } of each(input, source, onStep)) {
    const imageId = source.imageIdOf(sample.id);
    for (const [s, structureId] of structureIds.entries()) {
      const mask = fusedMask(sample, s, source);
      const drawn = raterMasks(sample, s, source);
      for (const { metric, settings, label } of pairwise) {
        for (const [r, rater] of drawn) {
          const place = { structureId, raterId: raterIds[r] };
          tally.add(label, place, imageId, metric.measure(mask, rater, settings));
        }
      }
      for (const { metric, settings, label } of combined)
        tally.addToImage(
          label,
          { structureId },
          imageId,
          metric.measure(mask, [...drawn.values()], settings),
        );
    }
  }
  return tally.comparison();
}

/** The masks against a fusion's, by structure. */
export async function compareWithFusion(
  input: JobInput,
  masks: StoreSourceOptions,
  target: StoreSourceOptions,
  { choices, ...settings }: CompareSettings,
  onStep: OnStep,
): Promise<Comparison> {
  const [source, reference] = [await openStoreSource(input, masks), await openStoreSource(input, target)];
  const names = await datasetNames(input, masks.snapshotId);
  const structureIds = source.structures.map((name) => idOf(names.structures, name));
  const pairwise = chosen(choices, 'masks').filter(({ against }) => against.includes('fusion'));
  const tally = createTally(settings, source);
  for (const { label } of pairwise)
    for (const structureId of structureIds) tally.expect(label, { structureId });
  for await (const { sample, index } of each(input, source, onStep)) {
    const imageId = source.imageIdOf(sample.id);
    const [other] = await reference.read([index]);
    if (!other) throw new Error(`image ${imageId} has no mask to compare with`);
    for (const [s, structureId] of structureIds.entries()) {
      const [mask, fused] = [fusedMask(sample, s, source), fusedMask(other, s, reference)];
      for (const { metric, settings, label } of pairwise)
        tally.add(label, { structureId }, imageId, metric.measure(mask, fused, settings));
    }
  }
  return tally.comparison();
}

interface Place {
  readonly structureId: string;
  readonly raterId?: string;
}

/** Collects numbers image by image, and makes of them those over all images. */
function createTally(
  { seed, transductive }: Omit<CompareSettings, 'choices'>,
  { imageIds, subjects = imageIds }: StoreSource,
) {
  const subjectOf = new Map(imageIds.map((id, index) => [id, subjects[index]]));
  interface Collected extends Place {
    readonly label: MetricLabel;
    readonly values: (number | null)[];
    /** Whom each value's image shows. */
    readonly subjects: string[];
  }
  const collected = new Map<MetricLabel, Map<string, Collected>>();
  const images: ImageRow[] = [];
  const collectedAt = (label: MetricLabel, place: Place): Collected => {
    const places = collected.get(label) ?? new Map<string, Collected>();
    collected.set(label, places);
    const key = `${place.structureId} ${place.raterId}`;
    const here = places.get(key) ?? { label, ...place, values: [], subjects: [] };
    places.set(key, here);
    return here;
  };
  const addToImage = (label: MetricLabel, place: Place, imageId: string, value: number | null): void => {
    if (value !== null) images.push({ ...label, ...place, imageId, value });
  };
  return {
    /** There will be a number of this place, even if no image has one. */
    expect: (label: MetricLabel, place: Place): void => void collectedAt(label, place),
    add(label: MetricLabel, place: Place, imageId: string, value: number | null): void {
      const here = collectedAt(label, place);
      here.values.push(value);
      here.subjects.push(subjectOf.get(imageId)!);
      addToImage(label, place, imageId, value);
    },
    /** A number that only images have. */
    addToImage,
    comparison(): Comparison {
      const all = [...collected.values()].flatMap((places) => [...places.values()]);
      const metrics = all.map(({ label, values, subjects, ...place }): MetricRow => {
        const whyNone = values.length === 0 ? 'no image' : 'undefined for every image';
        const measure = bootstrapMeanOfDefined(values, { seed, subjects, whyNone });
        const undefinedCount = imageIds.length - measure.count;
        return { ...label, ...place, ...measure, undefinedCount, transductive };
      });
      return { metrics, images };
    },
  };
}

/** The samples one after another, read a batch at a time, with a turn for the rest of the process after each. */
async function* each(
  { signal }: JobInput,
  source: StoreSource,
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

function fusedMask({ id, fused }: Sample, structure: number, source: StoreSource): Mask {
  if (!fused) throw new Error(`image '${id}' has no mask to compare`);
  const { height, width, structures } = source;
  return { values: plane(fused, structure, structures.length), height, width };
}

/** The masks of those raters who annotated the structure, by the rater's index. */
function raterMasks(sample: Sample, structure: number, source: StoreSource): ReadonlyMap<number, Mask> {
  const { height, width, raters, structures } = source;
  const channels = raters.length * structures.length;
  const masks = new Map<number, Mask>();
  for (let r = 0; r < raters.length; r++) {
    const channel = r * structures.length + structure;
    if (!sample.annotated[channel]) continue;
    const values = new Uint8Array(height * width);
    for (let pixel = 0; pixel < values.length; pixel++)
      values[pixel] = sample.raterMasks[pixel * channels + channel];
    masks.set(r, { values, height, width });
  }
  return masks;
}
