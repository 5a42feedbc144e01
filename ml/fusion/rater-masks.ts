import type { Sample, SampleSource } from '../data/sample.ts';
import { InputError } from '../errors.ts';

/** One image's masks, read for fusing. p pixels, n raters, C structures. */
export interface RaterMasks {
  readonly pixels: number;
  readonly raters: number;
  readonly structures: number;
  /** 1 where the rater annotated at least one structure: [n]. */
  readonly present: Uint8Array;
  /** Pixels where raters who annotated the same structure disagree about it, ascending. */
  readonly disputed: Int32Array;
  /** Share of the structure's annotators who include the pixel; exactly 0 or 1 where they agree: [p, C]. */
  readonly mean: Float32Array;
}

/** @throws InputError where nobody annotated a structure: its fused mask would be undefined, not empty. */
export function readRaterMasks(sample: Sample, source: SampleSource): RaterMasks {
  const [pixels, n, c] = [source.height * source.width, source.raters.length, source.structures.length];
  const { annotated, raterMasks } = sample;
  const annotators = source.structures.map((structure, k) => {
    const count = source.raters.filter((_, rater) => annotated[rater * c + k]).length;
    if (count === 0) throw new InputError(`image '${sample.id}': nobody annotated '${structure}'`);
    return count;
  });
  const mean = new Float32Array(pixels * c);
  const disputed: number[] = [];
  for (let pixel = 0; pixel < pixels; pixel++) {
    let agree = true;
    for (let k = 0; k < c; k++) {
      let votes = 0;
      for (let rater = 0; rater < n; rater++) {
        votes += raterMasks[(pixel * n + rater) * c + k] & annotated[rater * c + k];
      }
      mean[pixel * c + k] = votes / annotators[k];
      agree &&= votes === 0 || votes === annotators[k];
    }
    if (!agree) disputed.push(pixel);
  }
  const present = Uint8Array.from({ length: n }, (_, rater) =>
    annotated.subarray(rater * c, (rater + 1) * c).some(Boolean) ? 1 : 0,
  );
  return { pixels, raters: n, structures: c, present, disputed: Int32Array.from(disputed), mean };
}

/** Equal weights over the raters who took part, zero for the others: [n]. */
export function equalWeights(present: Uint8Array): number[] {
  const count = present.reduce((sum, one) => sum + one, 0);
  return Array.from(present, (one) => one / count);
}
