import { z } from 'zod';
import type { Sample, SampleSource } from '../data/sample.ts';
import { byImage } from './by-image.ts';
import { fusedAtOnce } from './fused-at-once.ts';
import type { Fusion } from './fusion.ts';
import { InputError } from '../errors.ts';
import { voteOutput } from './vote-output.ts';

const config = z.strictObject({
  rater: z.string().nullable().default(null).meta({
    description: 'Name of the rater. If null, the rater whose name comes first.',
    source: 'Our choice: a rater that every dataset has.',
  }),
  imagesAtOnce: voteOutput.imagesAtOnce,
});
export type SingleRaterConfig = z.infer<typeof config>;

/**
 * The masks of one rater, as they are: what the diagnosis is worth with that rater's eyes (Figure 2).
 * In: masks [h, w, n, C]. Out: the rater's mask [h, w, C], 0 or 1; weight 1 for the rater, 0 for the others.
 *
 * @throws InputError for a rater whom the images do not have, and where the rater did not annotate a structure of an
 * image: an empty mask would say that there is nothing. Freeze a cohort of the images that the rater annotated.
 */
export const singleRater: Fusion<SingleRaterConfig> = {
  name: 'single-rater',
  summary: 'The masks of one rater alone.',
  citation:
    'Figure 2 of Wu et al., Calibrate the inter-observer segmentation uncertainty, 2022 (arXiv 2208.03016).',
  reconstruction: null,
  history: ['First version.'],
  config,
  presets: { paper: {}, demo: {} },
  seesLabel: () => false,
  needsDiagnosisModel: false,
  fuse(input) {
    const { source, config } = input;
    const rater = indexOf(source, config.rater ?? [...source.raters].sort()[0]);
    const weights = source.raters.map((_, index) => (index === rater ? 1 : 0));
    return byImage(input, (sample) =>
      fusedAtOnce({ id: sample.id, fused: maskOf(sample, source, rater), weights }),
    );
  },
};

function indexOf({ raters }: SampleSource, name: string): number {
  const index = raters.indexOf(name);
  if (index < 0) throw new InputError(`no rater '${name}': expected one of ${raters.join(', ')}`);
  return index;
}

/** [h, w, C] */
function maskOf({ id, raterMasks, annotated }: Sample, source: SampleSource, rater: number): Float32Array {
  const [n, c] = [source.raters.length, source.structures.length];
  const missing = source.structures.find((_, k) => !annotated[rater * c + k]);
  if (missing !== undefined) {
    throw new InputError(`image '${id}': '${source.raters[rater]}' did not annotate '${missing}'`);
  }
  const pixels = source.height * source.width;
  return Float32Array.from({ length: pixels * c }, (_, at) => {
    return raterMasks[(Math.floor(at / c) * n + rater) * c + (at % c)];
  });
}
