import { InputError } from '../errors.ts';
import { packMask, type BitMask } from './bit-mask.ts';
import type { Sample, SampleSource } from './sample.ts';

/** The raters' masks of one image, of one bit a pixel, all at one size: n raters, C structures. */
export interface ImageMasks {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly raters: readonly string[]; // [n]
  readonly structures: readonly string[]; // [C]
  /** Null where the rater did not annotate the structure: [n][C]. */
  readonly masks: readonly (readonly (BitMask | null)[])[];
}

/** The masks of a sample. */
export function masksOfSample(
  { id, raterMasks, annotated }: Sample,
  { height, width, raters, structures }: SampleSource,
): ImageMasks {
  const channels = raters.length * structures.length;
  const maskOf = (channel: number): BitMask => {
    const mask = new Uint8Array(height * width);
    for (let pixel = 0; pixel < mask.length; pixel++) mask[pixel] = raterMasks[pixel * channels + channel];
    return packMask(mask, width, height);
  };
  const masks = raters.map((_, r) =>
    structures.map((_, s) => {
      const channel = r * structures.length + s;
      return annotated[channel] ? maskOf(channel) : null;
    }),
  );
  return { id, width, height, raters, structures, masks };
}

/**
 * Indices of the raters who annotated the structure: [m].
 * @throws InputError where nobody did: its fused mask would be undefined, not empty.
 */
export function annotatorsOf({ id, masks, structures }: ImageMasks, structure: number): number[] {
  const annotators = masks.flatMap((ofRater, rater) => (ofRater[structure] ? [rater] : []));
  if (annotators.length === 0)
    throw new InputError(`image '${id}': nobody annotated '${structures[structure]}'`);
  return annotators;
}

/** The mask of a rater who annotated the structure. */
export function maskOf({ masks }: ImageMasks, rater: number, structure: number): BitMask {
  const mask = masks[rater]?.[structure];
  if (!mask) throw new RangeError(`rater ${rater} did not annotate structure ${structure}`);
  return mask;
}
