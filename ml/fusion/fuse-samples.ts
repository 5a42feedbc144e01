import { masksOfSample, type ImageMasks } from '../data/image-masks.ts';
import type { Sample, SampleSource } from '../data/sample.ts';
import { byImage } from './by-image.ts';
import type { FusedImage } from './fused-image.ts';
import type { FusedSample, FuseInput, FusionProgress } from './fusion.ts';

/** Fuses an image's masks at any size. */
type FuseImage<Config> = (masks: ImageMasks, config: Config) => FusedImage;

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
