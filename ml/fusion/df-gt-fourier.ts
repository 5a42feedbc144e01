import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createRandom, normal } from '../random.ts';
import { dfGtConfig, dfGtSpec, fuseDiagnosisFirst, presetsAt } from './df-gt.ts';
import { gridRows } from './df-gt-raw.ts';
import type { Fusion } from './fusion.ts';
import { halfWidth, inverseFourier, type Size } from './inverse-fourier.ts';
import type { Parametrisation } from './parametrisation.ts';
import { gatherRows } from '../ops/scatter.ts';

const config = dfGtConfig.extend({
  decay: z.number().min(0).max(4).default(1).meta({
    description:
      'Power d with which the amplitude falls with frequency, 1 / f^d. Larger values give smoother maps.',
    source: "1 in feature visualisation and in the authors' code.",
    unit: null,
  }),
});
export type DfGtFourierConfig = z.infer<typeof config>;

/**
 * Fourier: each rater's logits are the inverse transform of a half-spectrum whose numbers are free,
 * m = irfft2(z · √(h · w) / max(f, 1 / max(h, w))^d) / 4, f in cycles a pixel (Olah et al., Feature Visualization,
 * Distill 2017; the paper's Fourier maps). Neighbouring pixels move together and low frequencies fastest. Raters are not
 * decorrelated as colours are there.
 *
 * Spectra [b, n, k, 2, h], k = ⌊w / 2⌋ + 1, begin at N(0, 0.01²) from a stream with the rater's name.
 */
export function fourier({ decay }: DfGtFourierConfig): Parametrisation {
  return {
    initialise({ images, height, width, raters, seed }) {
      const shape = [halfWidth(width), 2, height] as const;
      const length = shape[0] * shape[1] * shape[2];
      const one = raters.map((rater) => {
        const random = createRandom(seed, 'Fourier expertness', rater);
        return tf.tensor(
          Float32Array.from({ length }, () => 0.01 * normal(random)),
          [1, 1, ...shape],
        );
      });
      const spectra = tf.tidy(() => tf.tile(tf.concat(one, 1), [images, 1, 1, 1, 1]));
      tf.dispose(one);
      return { spectra };
    },
    logits({ spectra }, grid) {
      const [images, n, columns, , height] = spectra.shape as number[];
      const scaled = tf.mul(spectra, tf.tensor(amplitudes(grid, decay), [columns, 1, height]));
      const maps = inverseFourier(scaled.reshape([images * n, columns, 2, height]), grid);
      const pixels = tf.transpose(maps.reshape([images, n, -1]), [0, 2, 1]); // [b, h · w, n]
      return gatherRows(pixels.reshape([-1, n]), gridRows(grid)).reshape([images, grid.pixels, n]);
    },
  };
}

/** √(h · w) / max(f, 1 / max(h, w))^d / 4 of each frequency: [k, h]. */
function amplitudes({ height, width }: Size, decay: number): Float32Array {
  const lowest = 1 / Math.max(height, width);
  return Float32Array.from({ length: halfWidth(width) * height }, (_, i) => {
    const [v, u] = [Math.floor(i / height), i % height];
    const f = Math.hypot(v / width, Math.min(u, height - u) / height);
    return Math.sqrt(height * width) / Math.max(f, lowest) ** decay / 4;
  });
}

export const dfGtFourier: Fusion<DfGtFourierConfig> = {
  ...dfGtSpec,
  name: 'df-gt-fourier',
  summary:
    'Diagnosis-first fusion with expertness described by its frequencies; low frequencies change fastest.',
  reconstruction: `${dfGtSpec.reconstruction} Raters are not decorrelated, as colours are in feature visualisation.`,
  config,
  presets: presetsAt(1e-2),
  fuse: (input) => fuseDiagnosisFirst(input, fourier(input.config)),
};
