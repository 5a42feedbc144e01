import { countEmpty, isEmptyAbove } from '../../ml/metrics/empty-masks.ts';
import type { Mask, MaskMetric } from '../../ml/metrics/metric.ts';
import { bootstrapMeanOfDefined } from '../../ml/statistics/bootstrap-mean.ts';
import type { ChosenMetric } from './chosen-metric.ts';
import type { ImageRow, MetricLabel, MetricRow } from './metric-row.ts';

export interface Comparison {
  readonly metrics: readonly MetricRow[];
  readonly images: readonly ImageRow[];
}

/** Whose masks of what are compared. */
interface Place {
  readonly structureId: string;
  readonly raterId?: string;
}

interface Collected extends Place {
  readonly label: MetricLabel;
  /** Of each image. */
  readonly values: (number | null)[];
  /** Of each image whether each of both masks is empty. */
  readonly empty: [boolean, boolean][];
}

/** Measures image by image, and makes of the images' numbers those over all images. */
export function createTally(
  { seed, transductive }: { readonly seed: number; readonly transductive: boolean },
  imageCount: number,
) {
  const collected = new Map<MetricLabel, Map<string, Collected>>();
  const images: ImageRow[] = [];
  const collectedAt = (label: MetricLabel, place: Place): Collected => {
    const places = collected.get(label) ?? new Map<string, Collected>();
    collected.set(label, places);
    const key = `${place.structureId} ${place.raterId}`;
    const here = places.get(key) ?? { label, ...place, values: [], empty: [] };
    places.set(key, here);
    return here;
  };
  const addToImage = (label: MetricLabel, place: Place, imageId: string, value: number | null): void => {
    if (value !== null) images.push({ ...label, ...place, imageId, value });
  };
  return {
    /** There will be a number of this place, even if no image has one. */
    expect: (label: MetricLabel, place: Place): void => void collectedAt(label, place),
    /** The number of one image's masks, and whether they are empty. */
    measure(
      { metric, settings, label }: ChosenMetric<MaskMetric>,
      place: Place,
      imageId: string,
      mask: Mask,
      reference: Mask,
    ): void {
      const { values, empty } = collectedAt(label, place);
      const value = metric.measure(mask, reference, settings);
      const threshold = metric.emptyAt(settings);
      values.push(value);
      empty.push([isEmptyAbove(mask, threshold), isEmptyAbove(reference, threshold)]);
      addToImage(label, place, imageId, value);
    },
    /** A number that only images have. */
    addToImage,
    comparison(): Comparison {
      const all = [...collected.values()].flatMap((places) => [...places.values()]);
      const metrics = all.map(({ label, values, empty, ...place }): MetricRow => {
        const whyNone = values.length === 0 ? 'no image' : 'undefined for every image';
        const measure = bootstrapMeanOfDefined(values, { seed, whyNone });
        const undefinedCount = imageCount - measure.count;
        return { ...label, ...place, ...measure, undefinedCount, ...countEmpty(empty), transductive };
      });
      return { metrics, images };
    },
  };
}
