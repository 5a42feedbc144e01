import { z } from 'zod';
import { byImage } from './by-image.ts';
import { fusedAtOnce } from './fused-at-once.ts';
import type { Fusion } from './fusion.ts';
import { equalWeights, readRaterMasks } from './rater-masks.ts';
import { applyOutput, voteOutput } from './vote-output.ts';

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
  history: ['First version.'],
  config,
  presets: { paper: {}, demo: {} },
  seesLabel: () => false,
  needsDiagnosisModel: false,
  fuse(input) {
    const { source, config } = input;
    return byImage(input, (sample) => {
      const masks = readRaterMasks(sample, source);
      const fused = applyOutput(masks.mean, config);
      return fusedAtOnce({ id: sample.id, fused, weights: equalWeights(masks.present) });
    });
  },
};
