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
  /** Whom each of these images shows. */
  readonly subjects: string[];
  /** Of each image whether each of both masks is empty. */
  readonly empty: [boolean, boolean][];
  /** Images in which a mask has lost all its pixels on the way to the size of the comparison. */
  vanishedCount: number;
}

/** Measures image by image, and makes of the images' numbers those over all images. */
export function createTally(
  { seed, transductive }: { readonly seed: number; readonly transductive: boolean },
  imagesCompared: readonly { readonly id: string; readonly subject: string }[],
) {
  const subjectOf = new Map(imagesCompared.map(({ id, subject }) => [id, subject]));
  const collected = new Map<MetricLabel, Map<string, Collected>>();
  const images: ImageRow[] = [];
  const collectedAt = (label: MetricLabel, place: Place): Collected => {
    const places = collected.get(label) ?? new Map<string, Collected>();
    collected.set(label, places);
    const key = `${place.structureId} ${place.raterId}`;
    const here = places.get(key) ?? {
      label,
      ...place,
      values: [],
      subjects: [],
      empty: [],
      vanishedCount: 0,
    };
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
      const { values, subjects, empty } = collectedAt(label, place);
      const value = metric.measure(mask, reference, settings);
      const threshold = metric.emptyAt(settings);
      values.push(value);
      subjects.push(subjectOf.get(imageId)!);
      empty.push([isEmptyAbove(mask, threshold), isEmptyAbove(reference, threshold)]);
      addToImage(label, place, imageId, value);
    },
    /** One of the masks is not empty, and has nothing left at this size: no number would be about it. */
    addVanished(label: MetricLabel, place: Place): void {
      collectedAt(label, place).vanishedCount += 1;
    },
    /** A number that only images have. */
    addToImage,
    comparison(): Comparison {
      const all = [...collected.values()].flatMap((places) => [...places.values()]);
      const metrics = all.map(({ label, values, subjects, empty, vanishedCount, ...place }): MetricRow => {
        const whyNone = values.length === 0 ? 'no image' : 'undefined for every image';
        const measure = bootstrapMeanOfDefined(values, { seed, subjects, whyNone });
        const undefinedCount = imagesCompared.length - measure.count;
        const note = [measure.note, vanishedNote(vanishedCount)].filter(Boolean).join('; ') || null;
        const counts = { undefinedCount, vanishedCount, ...countEmpty(empty) };
        return { ...label, ...place, ...measure, ...counts, note, transductive };
      });
      return { metrics, images };
    },
  };
}

function vanishedNote(count: number): string | null {
  if (count === 0) return null;
  return `left out ${count} image${count === 1 ? '' : 's'} where a mask has no pixel left at the size of the comparison`;
}
