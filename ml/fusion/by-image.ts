import { checkSample } from '../data/memory-source.ts';
import type { Sample } from '../data/sample.ts';
import type { FusedSample, FuseInput, FusionProgress } from './fusion.ts';

type Input = FuseInput<{ readonly imagesAtOnce: number }>;

/** Runs a fusion that treats every image by itself, a batch of reads at a time. */
export async function* byImage(
  { source, config: { imagesAtOnce }, signal }: Input,
  fuse: (sample: Sample) => FusedSample,
): AsyncGenerator<FusionProgress | FusedSample[]> {
  const total = source.ids.length;
  for (let from = 0; from < total; from += imagesAtOnce) {
    signal?.throwIfAborted();
    const indices = Array.from({ length: Math.min(imagesAtOnce, total - from) }, (_, k) => from + k);
    const samples = await source.read(indices);
    signal?.throwIfAborted();
    yield samples.map((sample) => {
      checkSample(sample, source);
      return fuse(sample);
    });
    yield { done: from + indices.length, total };
  }
}
