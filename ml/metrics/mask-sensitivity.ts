import { z } from 'zod';
import { undefinedMeasure } from '../statistics/measure.ts';
import { pooledOverImages } from '../statistics/pooled-over-images.ts';
import type { ScoreMetric } from './metric.ts';

/** Sums of one image: how far its logit moves, squared, and the logit as a distance to the mean of all. */
interface Moved {
  readonly images: number;
  readonly moved: number;
  readonly score: number;
  readonly squared: number;
}

/**
 * How much of a diagnosis model's logit is read off the mask: given the mask of another subject's image, by how many
 * standard deviations does the logit move? The root mean square of the change, over the standard deviation of the
 * logits over images. 0: the mask does not matter, and comparing fusions under such a model compares chance. About √2:
 * the mask decides alone, as the logits of two images then differ by that much.
 */
export const maskSensitivity: ScoreMetric = {
  name: 'mask_sensitivity',
  summary:
    'How much the diagnosis model reads the mask: by how many standard deviations its logit moves when it is given ' +
    'another image’s mask. 0: not at all; about 1.4: the mask decides alone.',
  formula: '√(mean over images of (f(x, m′) − f(x, m))²) / sd(f(x, m)), f the logit, m′ another image’s mask',
  citation: 'Ours, in the manner of permutation importance: Breiman, Random forests, Machine Learning 2001.',
  reconstruction: 'Ours: the paper does not say how far its diagnosis models depend on the mask.',
  history: ['First version.'],
  config: z.strictObject({}),
  presets: {},
  unit: () => null,
  range: [0, null],
  better: null,
  emptyMasks: null,
  perImage: false,
  overImages: 'pooled',
  compares: 'scores',
  reads: 'exchanged',
  measure({ scores, exchanged, labels, subjects }, _, seed) {
    if (!exchanged)
      throw new RangeError('mask_sensitivity wants the scores with exchanged masks: received none');
    if (scores.length !== labels.length || exchanged.length !== labels.length) {
      throw new RangeError(
        `two scores an image are wanted: received ${scores.length} and ${exchanged.length} for ${labels.length}`,
      );
    }
    const own = Array.from(scores);
    const bad = own.findIndex((score, i) => !Number.isFinite(score - exchanged[i]));
    if (bad >= 0) throw new RangeError(`score ${bad} is not a number: ${own[bad]} and ${exchanged[bad]}`);
    if (own.length < 2) return undefinedMeasure('another image is wanted, whose mask to give', own.length);
    const middle = own.reduce((sum, score) => sum + score, 0) / own.length;
    const images = own.map((score, i): Moved => {
      const distance = score - middle;
      return { images: 1, moved: (exchanged[i] - score) ** 2, score: distance, squared: distance ** 2 };
    });
    const whyUndefined = 'all scores are equal';
    return pooledOverImages(images, sensitivity, { seed, subjects, whyUndefined });
  },
};

function sensitivity({ images, moved, score, squared }: Moved): number | null {
  const variance = (squared - score ** 2 / images) / (images - 1);
  return variance > 1e-12 ? Math.sqrt(moved / images / variance) : null;
}
