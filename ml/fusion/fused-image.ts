import type { Strip } from '../data/bit-mask.ts';
import { masksOfSample, type ImageMasks } from '../data/image-masks.ts';
import type { Sample, SampleSource } from '../data/sample.ts';
import type { FusedSample, FuseInput, FusionProgress } from './fusion.ts';
import { byImage } from './by-image.ts';
import { fusedAtOnce } from './fused-at-once.ts';

/** One image fused by itself, at the size of its masks, whose pixels are read strip by strip. */
export interface FusedImage extends Omit<FusedSample, 'fused' | 'expertness'> {
  readonly width: number;
  readonly height: number;
  readonly structures: readonly FusedMask[]; // [C]
}

export interface FusedMask {
  /** The soft mask is made of multiples of 1 / parts (shares of so many raters); undefined: of any values. */
  readonly parts?: number;
  /** Soft mask in [0, 1] of some rows: [rows, width]. */
  rows(strip: Strip): Float32Array;
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
  const { width: _, height, structures, ...image } = fuseImage(masksOfSample(sample, source));
  const all = structures.map(({ rows }) => rows({ from: 0, to: height }));
  const fused = new Float32Array(all.length * (all[0]?.length ?? 0)); // [h, w, C]
  all.forEach((plane, k) => plane.forEach((value, pixel) => (fused[pixel * all.length + k] = value)));
  return { ...image, fused, expertness: null };
}

interface AtOnce {
  readonly masks: ImageMasks;
  readonly structures: readonly FusedMask[];
  readonly weights: readonly number[]; // [n]
}

/** What a fusion without iterations on the image, and without rates of raters, says of it. */
export function fusedImageAtOnce({ masks: { id, width, height }, structures, weights }: AtOnce): FusedImage {
  const {
    fused: _fused,
    expertness: _maps,
    ...rest
  } = fusedAtOnce({ id, fused: new Float32Array(), weights });
  return { ...rest, width, height, structures };
}
