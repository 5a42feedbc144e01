import type { Phantom, PhantomCase, Split } from './phantoms/phantom.ts';
import type { Sample, SampleSource } from './sample.ts';

/** A phantom as a source: cases are made when they are read, so any number of them takes the memory of one batch. */
export function phantomSource(phantom: Phantom, splits?: readonly Split[]): SampleSource {
  const chosen: { index: number; id: string; diagnosis: 0 | 1 }[] = [];
  for (let index = 0; index < phantom.length; index++) {
    const { id, diagnosis, split } = phantom.label(index);
    if (!splits || splits.includes(split)) chosen.push({ index, id, diagnosis });
  }
  return {
    height: phantom.height,
    width: phantom.width,
    raters: phantom.raterTruth.map((rater) => rater.name),
    structures: phantom.structures,
    ids: chosen.map((item) => item.id),
    diagnoses: chosen.map((item) => item.diagnosis),
    read: async (indices) =>
      indices.map((index) => {
        const item = chosen[index];
        if (!item) throw new RangeError(`no sample ${index}: the source has ${chosen.length}`);
        return sampleOf(phantom.case(item.index));
      }),
  };
}

/** Interleaves the masks of a case: [n][C][h, w] to [h, w, n, C]. */
export function sampleOf(item: PhantomCase): Sample {
  const [n, c] = [item.masks.length, item.masks[0].length];
  const pixels = item.image.length / 3;
  const raterMasks = new Uint8Array(pixels * n * c);
  item.masks.forEach((structures, rater) =>
    structures.forEach((mask, structure) => {
      for (let i = 0; i < pixels; i++) raterMasks[(i * n + rater) * c + structure] = mask[i]!;
    }),
  );
  const annotated = new Uint8Array(n * c).fill(1);
  return { id: item.id, image: item.image, raterMasks, annotated, diagnosis: item.diagnosis };
}
