import { z } from 'zod';
import { checkSample } from '../data/memory-source.ts';
import type { Fusion, FusedSample } from './fusion.ts';
import { equalWeights, readRaterMasks, type RaterMasks } from './rater-masks.ts';

const config = z.strictObject({
  /** Soft: the share of raters (k/n), the paper's MV. Hard: 1 where more than half include the pixel. */
  output: z.enum(['soft', 'hard']).default('soft'),
  /** What exactly half the votes mean in a hard vote. Foreground is the convention of mean ≥ 0.5. */
  ties: z.enum(['foreground', 'background']).default('foreground'),
  /** Images read at a time: bounds memory, changes nothing else. */
  imagesAtOnce: z.number().int().positive().default(16),
});
export type MajorityVoteConfig = z.infer<typeof config>;

/**
 * Majority vote: at each pixel the mean over the raters who annotated the structure of this image.
 * In: masks [h, w, n, C]. Out: fused [h, w, C] in [0, 1]; every rater present has the same weight. Counts are whole
 * numbers until the one division, so they are exact at any image size.
 */
export const majorityVote: Fusion<MajorityVoteConfig> = {
  name: 'majority-vote',
  summary: 'Mean of the raters’ masks, or the hard vote: every rater counts the same.',
  citation: 'Folklore; the baseline MV of Wu et al. 2022 (arXiv 2208.03016).',
  config,
  presets: { paper: {}, demo: {} },
  seesLabel: false,
  needsDiagnosisModel: false,
  async *fuse({ source, config: { output, ties, imagesAtOnce }, signal }) {
    const total = source.ids.length;
    for (let from = 0; from < total; from += imagesAtOnce) {
      signal?.throwIfAborted();
      const indices = Array.from({ length: Math.min(imagesAtOnce, total - from) }, (_, k) => from + k);
      const samples = await source.read(indices);
      signal?.throwIfAborted();
      yield samples.map((sample): FusedSample => {
        checkSample(sample, source);
        const masks = readRaterMasks(sample, source);
        return result(sample.id, masks, output === 'soft' ? masks.mean : hard(masks, ties));
      });
      yield { done: from + indices.length, total };
    }
  },
};

function hard({ mean }: RaterMasks, ties: MajorityVoteConfig['ties']): Float32Array {
  return mean.map((share) => (share > 0.5 || (share === 0.5 && ties === 'foreground') ? 1 : 0));
}

function result(id: string, masks: RaterMasks, fused: Float32Array): FusedSample {
  const figures = equalWeights(masks.present).map((weight) => ({
    weight,
    sensitivity: null,
    specificity: null,
  }));
  return {
    id,
    fused,
    expertness: null,
    raters: figures,
    iterations: 0,
    converged: true,
    losses: [],
    initialLogit: null,
    finalLogit: null,
  };
}
