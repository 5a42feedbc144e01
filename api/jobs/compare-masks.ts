import { setImmediate } from 'node:timers/promises';
import type { Size } from '../../ml/data/frame.ts';
import type { Mask } from '../../ml/metrics/metric.ts';
import type { MetricChoice } from '../requests/metric-choices.ts';
import { imageSize } from '../storage/image-size.ts';
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
import { createTally, type Comparison } from './metric-tally.ts';

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
  const tally = createTally(settings, stored.images);
  for (const { label } of pairwise)
    for (const rater of stored.raters)
      for (const structure of stored.structures)
        tally.expect(label, { structureId: structure.id, raterId: rater.id });
  for await (const { image, read, files } of each(input, stored, masks, onStep)) {
    for (const [s, { id: structureId }] of stored.structures.entries()) {
      const drawn = await cropped(read, s, files[s], lookOf(image, read, millimetres));
      for (const one of pairwise) {
        for (const [r, rater] of drawn.raters) {
          const place = { structureId, raterId: stored.raters[r].id };
          if (read.vanished[r][s] || drawn.vanished) tally.addVanished(one.label, place);
          else tally.measure(one, place, image.id, drawn.mask, rater);
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
  const tally = createTally(settings, stored.images);
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
      for (const one of pairwise) {
        if (target.vanished) tally.addVanished(one.label, { structureId });
        else tally.measure(one, { structureId }, image.id, mask, fused);
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
function lookOf(image: StoredImage, read: Size, millimetres: boolean): Look {
  const { width, height } = imageSize(image);
  const scale = [height / read.height, width / read.width] as const;
  const [y, x] = (millimetres && image.spacing) || [1, 1];
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
