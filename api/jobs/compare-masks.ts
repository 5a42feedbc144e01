import { setImmediate } from 'node:timers/promises';
import type { Size } from '../../ml/data/frame.ts';
import type { Mask } from '../../ml/metrics/metric.ts';
import { bootstrapMeanOfDefined } from '../../ml/statistics/bootstrap-mean.ts';
import type { MetricChoice } from '../requests/metric-choices.ts';
import {
  cropBits,
  partWithMasks,
  softMaskAt,
  softMaskFiles,
  type SoftMaskAt,
  type SoftMasksOf,
} from '../storage/soft-masks.ts';
import {
  openMasks,
  type MasksOptions,
  type ReadMasks,
  type StoredImage,
  type StoredMasks,
} from '../storage/stored-masks.ts';
import { chosen } from './chosen-metric.ts';
import type { JobInput } from './job.ts';
import type { ImageRow, MetricLabel, MetricRow } from './metric-row.ts';

export interface Comparison {
  readonly metrics: readonly MetricRow[];
  readonly images: readonly ImageRow[];
}

export interface CompareSettings {
  readonly choices: readonly MetricChoice[];
  readonly seed: number;
  readonly transductive: boolean;
}

/** Soft masks of some images, and the size at which they are compared: the side of a square, null the images' own. */
export type MasksToCompare = MasksOptions & SoftMasksOf;

type OnStep = (done: number, total: number) => void;

/** The masks against each rater's, by structure; images that the rater left out do not enter. */
export async function compareWithRaters(
  input: JobInput,
  masks: MasksToCompare,
  { choices, ...settings }: CompareSettings,
  onStep: OnStep,
): Promise<Comparison> {
  const stored = await openMasks(input, masks);
  const millimetres = spacingsKnown(stored);
  const pairwise = chosen(choices, 'masks', millimetres).filter(({ against }) => against.includes('raters'));
  const combined = chosen(choices, 'mask-with-raters', millimetres);
  const tally = createTally(settings, stored.images.length);
  for (const { label } of pairwise)
    for (const rater of stored.raters)
      for (const structure of stored.structures)
        tally.expect(label, { structureId: structure.id, raterId: rater.id });
  for await (const { image, read, files } of each(input, stored, masks, onStep)) {
    for (const [s, { id: structureId }] of stored.structures.entries()) {
      const drawn = await cropped(read, s, files[s], lookOf(image, read, millimetres));
      for (const { metric, settings, label } of pairwise) {
        for (const [r, rater] of drawn.raters) {
          const place = { structureId, raterId: stored.raters[r].id };
          if (read.vanished[r][s] || drawn.vanished) tally.addVanished(label, place);
          else tally.add(label, place, image.id, metric.measure(drawn.mask, rater, settings));
        }
      }
      if (drawn.vanished || read.vanished.some((ofRater) => ofRater[s])) continue;
      for (const { metric, settings, label } of combined) {
        const value = metric.measure(drawn.mask, [...drawn.raters.values()], settings);
        tally.addToImage(label, { structureId }, image.id, value);
      }
    }
  }
  return tally.comparison();
}

/** The masks against a fusion's, by structure. */
export async function compareWithFusion(
  input: JobInput,
  masks: MasksToCompare,
  fusionId: string,
  { choices, ...settings }: CompareSettings,
  onStep: OnStep,
): Promise<Comparison> {
  const stored = await openMasks(input, masks);
  const millimetres = spacingsKnown(stored);
  const pairwise = chosen(choices, 'masks', millimetres).filter(({ against }) => against.includes('fusion'));
  const tally = createTally(settings, stored.images.length);
  for (const { label } of pairwise)
    for (const { id } of stored.structures) tally.expect(label, { structureId: id });
  const ids = stored.structures.map(({ id }) => id);
  for await (const { image, read, files } of each(input, stored, masks, onStep)) {
    const targets = await softMaskFiles(input, { fusionId }, image, ids);
    for (const [s, structureId] of ids.entries()) {
      const [ours, target] = await Promise.all([softMaskAt(files[s], read), softMaskAt(targets[s], read)]);
      const box = partWithMasks([], [ours, target]);
      const look = lookOf(image, read, millimetres);
      const [mask, fused] = [
        { ...box, ...look, values: await ours.crop(box) },
        { ...box, ...look, values: await target.crop(box) },
      ];
      for (const { metric, settings, label } of pairwise) {
        if (target.vanished) tally.addVanished(label, { structureId });
        else tally.add(label, { structureId }, image.id, metric.measure(mask, fused, settings));
      }
    }
  }
  return tally.comparison();
}

/** The images one after another, with a turn for the rest of the process after each. */
async function* each(
  input: JobInput,
  stored: StoredMasks,
  of: SoftMasksOf,
  onStep: OnStep,
): AsyncGenerator<{ image: StoredImage; read: ReadMasks; files: Buffer[] }> {
  const structures = stored.structures.map(({ id }) => id);
  for (const [index, image] of stored.images.entries()) {
    const [read, files] = [await stored.read(image), await softMaskFiles(input, of, image, structures)];
    yield { image, read, files };
    await setImmediate();
    input.signal.throwIfAborted();
    onStep(index + 1, stored.images.length);
  }
}

type Look = Pick<Mask, 'pixelSize' | 'scale'>;

/** What a pixel of the masks that are compared measures: in mm where that is known of all images, else in image pixels. */
function lookOf({ width, height, spacing }: StoredImage, read: Size, millimetres: boolean): Look {
  const scale = [height / read.height, width / read.width] as const;
  const [y, x] = (millimetres && spacing) || [1, 1];
  return { scale, pixelSize: [scale[0] * y, scale[1] * x] };
}

function spacingsKnown({ images }: StoredMasks): boolean {
  return images.length > 0 && images.every(({ spacing }) => spacing !== null);
}

interface Cropped {
  readonly mask: Mask;
  /** By the rater's index; those who annotated the structure. */
  readonly raters: ReadonlyMap<number, Mask>;
  readonly vanished: boolean;
}

/** A structure's masks, cut to the part in which any has something: no metric looks at what all leave out. */
async function cropped(read: ReadMasks, structure: number, file: Buffer, look: Look): Promise<Cropped> {
  const soft: SoftMaskAt = await softMaskAt(file, read);
  const bits = read.masks.flatMap((ofRater, r) => {
    const mask = ofRater[structure];
    return mask ? [[r, mask] as const] : [];
  });
  const box = partWithMasks(
    bits.map(([, mask]) => mask),
    [soft],
  );
  const raters = bits.map(([r, mask]) => [r, { ...box, ...look, values: cropBits(mask, box) }] as const);
  const mask = { ...box, ...look, values: await soft.crop(box) };
  return { mask, raters: new Map(raters), vanished: soft.vanished };
}

interface Place {
  readonly structureId: string;
  readonly raterId?: string;
}

/** Collects numbers image by image, and makes of them those over all images. */
function createTally({ seed, transductive }: Omit<CompareSettings, 'choices'>, imageCount: number) {
  interface Collected extends Place {
    readonly label: MetricLabel;
    readonly values: (number | null)[];
    vanishedCount: number;
  }
  const collected = new Map<MetricLabel, Map<string, Collected>>();
  const images: ImageRow[] = [];
  const at = (label: MetricLabel, place: Place): Collected => {
    const places = collected.get(label) ?? new Map<string, Collected>();
    collected.set(label, places);
    const key = `${place.structureId} ${place.raterId}`;
    const here = places.get(key) ?? { label, ...place, values: [], vanishedCount: 0 };
    places.set(key, here);
    return here;
  };
  const addToImage = (label: MetricLabel, place: Place, imageId: string, value: number | null): void => {
    if (value !== null) images.push({ ...label, ...place, imageId, value });
  };
  return {
    /** There will be a number of this place, even if no image has one. */
    expect: (label: MetricLabel, place: Place): void => void at(label, place),
    add(label: MetricLabel, place: Place, imageId: string, value: number | null): void {
      at(label, place).values.push(value);
      addToImage(label, place, imageId, value);
    },
    /** One of the masks is not empty, and has nothing left at this size: no number would be about it. */
    addVanished(label: MetricLabel, place: Place): void {
      at(label, place).vanishedCount += 1;
    },
    /** A number that only images have. */
    addToImage,
    comparison(): Comparison {
      const all = [...collected.values()].flatMap((places) => [...places.values()]);
      const metrics = all.map(({ label, values, vanishedCount, ...place }): MetricRow => {
        const whyNone = values.length === 0 ? 'no image' : 'undefined for every image';
        const measure = bootstrapMeanOfDefined(values, { seed, whyNone });
        const undefinedCount = imageCount - measure.count;
        const note = [measure.note, vanishedNote(vanishedCount)].filter(Boolean).join('; ') || null;
        return { ...label, ...place, ...measure, note, undefinedCount, vanishedCount, transductive };
      });
      return { metrics, images };
    },
  };
}

const vanishedNote = (count: number): string | null =>
  count === 0
    ? null
    : `left out ${count} image${count === 1 ? '' : 's'} where a mask has no pixel left at the size of the comparison`;
