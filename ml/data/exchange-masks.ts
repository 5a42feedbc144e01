import { createRandom, shuffled } from '../random.ts';
import { imagesBySubject } from '../statistics/subjects.ts';
import type { SampleSource } from './sample.ts';

/**
 * The same images, each with the fused mask of another: of another subject wherever no subject has more than half of the
 * images. Every mask is used once.
 */
export function exchangeMasks(source: SampleSource, seed: number): SampleSource {
  const partners = partnersOf(source, seed);
  return {
    ...source,
    read: async (indices) => {
      const [own, others] = await Promise.all([
        source.read(indices),
        source.read(indices.map((index) => partners[index])),
      ]);
      return own.map((sample, k) => ({ ...sample, fused: others[k].fused }));
    },
  };
}

/** By index, the image whose mask an image gets. */
export function partnersOf(
  { ids, subjects }: Pick<SampleSource, 'ids' | 'subjects'>,
  seed: number,
): number[] {
  const groups = shuffled(createRandom(seed, 'exchanged masks'), imagesBySubject(ids.length, subjects));
  const order = groups.flat();
  // Subjects stand in blocks: a step as long as the longest leads out of every block.
  const step = Math.max(1, Math.max(...groups.map((group) => group.length)) % order.length);
  const partners = new Array<number>(order.length);
  order.forEach((image, k) => (partners[image] = order[(k + step) % order.length]));
  return partners;
}
