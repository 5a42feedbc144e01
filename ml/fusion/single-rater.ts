import { z } from 'zod';
import { unpackRows, type Strip } from '../data/bit-mask.ts';
import { maskOf, type ImageMasks } from '../data/image-masks.ts';
import { figuresAtOnce } from './fused-at-once.ts';
import { fuseSamples } from './fuse-samples.ts';
import type { FusedImage } from './fused-image.ts';
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
  history: [
    'First version.',
    'Each image at its own size unless another is asked for, and shares of votes are stored exactly.',
  ],
  config,
  presets: { paper: {}, demo: {} },
  seesLabel: () => false,
  needsDiagnosisModel: false,
  fuseImage: maskOfRater,
  fuse: (input) => fuseSamples(input, maskOfRater),
};

function maskOfRater(image: ImageMasks, config: SingleRaterConfig): FusedImage {
  const rater = indexOf(image.raters, config.rater ?? [...image.raters].sort()[0]);
  const missing = image.structures.find((_, structure) => !image.masks[rater][structure]);
  if (missing !== undefined)
    throw new InputError(`image '${image.id}': '${image.raters[rater]}' did not annotate '${missing}'`);
  const masks = image.structures.map((_, structure) => {
    const mask = maskOf(image, rater, structure);
    return { parts: 1, rows: ({ from, to }: Strip) => Float32Array.from(unpackRows(mask, from, to)) };
  });
  const weights = image.raters.map((_, index) => (index === rater ? 1 : 0));
  return { masks, figures: figuresAtOnce(weights) };
}

function indexOf(raters: readonly string[], name: string): number {
  const index = raters.indexOf(name);
  if (index < 0) throw new InputError(`no rater '${name}': expected one of ${raters.join(', ')}`);
  return index;
}
