import { checkSample } from '../data/memory-source.ts';
import type { Sample } from '../data/sample.ts';
import { inBatches } from '../training/batch-order.ts';
import { readAhead } from '../training/read-ahead.ts';
import type { FusedSample, FuseInput, FusionProgress } from './fusion.ts';

type Input = FuseInput<{ readonly imagesAtOnce: number }>;

/** Runs a fusion that treats every image by itself, a batch of reads at a time. */
export async function* byImage(
  { source, config: { imagesAtOnce }, signal }: Input,
  fuse: (sample: Sample) => FusedSample,
): AsyncGenerator<FusionProgress | FusedSample[]> {
  const images = source.ids.map((_, index) => index);
  let done = 0;
  for await (const samples of readAhead(source, inBatches(images, imagesAtOnce), signal)) {
    yield samples.map((sample) => {
      // No pixel of the picture is read here: there need not be one.
      checkSample(sample.image.length ? sample : { ...sample, image: undefined }, source);
      return fuse(sample);
    });
    yield { done: (done += samples.length), total: images.length };
  }
}
