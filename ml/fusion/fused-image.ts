import type { Strip } from '../data/bit-mask.ts';
import { masksOfSample, type ImageMasks } from '../data/image-masks.ts';
import type { Sample, SampleSource } from '../data/sample.ts';
import { byImage } from './by-image.ts';
import type { FusedSample, FuseInput, FusionProgress, ImageFigures } from './fusion.ts';

/** One image fused by itself, at the size of its masks, whose pixels are read strip by strip. */
export interface FusedImage {
  readonly masks: readonly FusedMask[]; // [C]
  readonly figures: ImageFigures;
}

export interface FusedMask {
  /** The soft mask is made of multiples of 1 / parts (shares of so many raters); undefined: of any values. */
  readonly parts?: number;
  /** Soft mask in [0, 1] of some rows: [rows, width]. */
  readonly rows: (strip: Strip) => Float32Array;
}

/** Fuses an image's masks at any size. */
export type FuseImage<Config> = (masks: ImageMasks, config: Config) => FusedImage;

/** The same for samples, all at the size of their source. */
export function fuseSamples<Config extends { readonly imagesAtOnce: number }>(
  input: FuseInput<Config>,
  fuseImage: FuseImage<Config>,
): AsyncGenerator<FusionProgress | FusedSample[]> {
  return byImage(input, (sample) =>
    fuseSample(sample, input.source, (masks) => fuseImage(masks, input.config)),
  );
}

function fuseSample(
  sample: Sample,
  source: SampleSource,
  fuseImage: (masks: ImageMasks) => FusedImage,
): FusedSample {
  const { masks, figures } = fuseImage(masksOfSample(sample, source));
  const planes = masks.map(({ rows }) => rows({ from: 0, to: source.height }));
  const fused = new Float32Array(source.height * source.width * planes.length); // [h, w, C]
  planes.forEach((plane, k) => plane.forEach((value, pixel) => (fused[pixel * planes.length + k] = value)));
  return { id: sample.id, fused, expertness: null, ...figures };
}
