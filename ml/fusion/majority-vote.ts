import { z } from 'zod';
import type { Strip } from '../data/bit-mask.ts';
import { annotatorsOf, type ImageMasks } from '../data/image-masks.ts';
import { figuresAtOnce } from './fused-at-once.ts';
import { fuseSamples } from './fuse-samples.ts';
import type { FusedImage } from './fused-image.ts';
import type { Fusion } from './fusion.ts';
import { equalWeights } from './rater-masks.ts';
import { applyOutput, partsOf, voteOutput } from './vote-output.ts';
import { readVotePatterns, toPixels } from './vote-patterns.ts';

const config = z.strictObject(voteOutput);
export type MajorityVoteConfig = z.infer<typeof config>;

/**
 * Majority vote: at each pixel the mean over the raters who annotated the structure of this image.
 * In: masks [h, w, n, C]. Out: fused [h, w, C] in [0, 1]; every rater present has the same weight. Counts are whole
 * numbers until the one division, so they are exact at any image size.
 */
export const majorityVote: Fusion<MajorityVoteConfig> = {
  name: 'majority-vote',
  summary: 'Mean of the raters’ masks, or the hard vote. Every rater counts equally.',
  citation: 'Folklore; the baseline MV of Wu et al. 2022 (arXiv 2208.03016).',
  reconstruction: null,
  history: [
    'First version.',
    'Each image at its own size unless another is asked for, and shares of votes are stored exactly.',
  ],
  config,
  presets: { paper: {}, demo: {} },
  seesLabel: () => false,
  needsDiagnosisModel: false,
  fuseImage: vote,
  fuse: (input) => fuseSamples(input, vote),
};

function vote(masks: ImageMasks, output: MajorityVoteConfig): FusedImage {
  const fused = masks.structures.map((_, structure) => {
    const patterns = readVotePatterns(masks, structure);
    return {
      parts: partsOf(annotatorsOf(masks, structure).length, output),
      rows: (strip: Strip) => applyOutput(toPixels(patterns, patterns.shares, strip), output),
    };
  });
  const present = Uint8Array.from(masks.masks, (ofRater) => (ofRater.some(Boolean) ? 1 : 0));
  return { masks: fused, figures: figuresAtOnce(equalWeights(present)) };
}
