import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { dfGtConfig, dfGtPresets, dfGtSpec, fuseDiagnosisFirst, presetsAt } from './df-gt.ts';
import { createPictureGrid } from './df-gt-batch.ts';
import { raw } from './df-gt-raw.ts';
import type { Fusion } from './fusion.ts';
import type { Chance, NetworkInput, Parametrisation, PixelGrid } from './parametrisation.ts';
import { drawView, VIEW_RANGES, viewedPlaces } from './random-view.ts';
import { resample } from './resample.ts';

const config = dfGtConfig.extend({
  strength: z.enum(['light', 'strong']).default('strong').meta({
    description:
      'How far the maps are moved, scaled and rotated. The ranges are those of feature visualisation.',
    source: "Both are in the authors' code; strong at 256 pixels is our choice.",
  }),
  target: z.enum(['map', 'input']).default('map').meta({
    description: 'What is moved. map: the maps alone. input: image and mask together.',
    source: "map follows the paper's text; input follows the authors' code.",
  }),
});
export type DfGtTransRobConfig = z.infer<typeof config>;

/**
 * TransRob (transformation robustness): free logits at every pixel as in Raw, but each step's gradient is taken through
 * a view of them, moved, scaled and turned at random, so that only maps which bear that gain. What is measured and given
 * out are the maps themselves. Movements shrink with the picture, being meant for one 256 high.
 */
export function transRob({ strength, target }: DfGtTransRobConfig): Parametrisation {
  const range = VIEW_RANGES[strength];
  const places = (grid: PixelGrid, chance: Chance): tf.Tensor3D =>
    viewedPlaces(
      chance.map((random) => drawView(random, range)),
      grid.coordinates,
      grid,
    );

  /** The view's logits at the grid's pixels: nothing else of the moved map is ever read. */
  function viewedLogits(parameters: tf.NamedTensorMap, grid: PixelGrid, chance: Chance): tf.Tensor3D {
    const { images, height, width } = grid;
    const maps = parameters.logits.reshape<tf.Tensor4D>([images, height, width, -1]);
    return resample(maps, places(grid, chance));
  }

  function viewedInput({ image, mask }: NetworkInput, chance: Chance): NetworkInput {
    const [b, height, width] = image.shape;
    const grid = createPictureGrid(b, { height, width });
    const all = resample(tf.concat([image, mask], 3), places(grid, chance));
    const [first, second] = tf.split(all.reshape([b, height, width, -1]), [3, mask.shape[3]], 3);
    return { image: first as tf.Tensor4D, mask: second as tf.Tensor4D };
  }

  return {
    initialise: (shape) => raw.initialise(shape),
    logits: (parameters, grid, chance) =>
      chance && target === 'map' ? viewedLogits(parameters, grid, chance) : raw.logits(parameters, grid),
    usesChance: true,
    changeInput: target === 'input' ? viewedInput : undefined,
  };
}

export const dfGtTransRob: Fusion<DfGtTransRobConfig> = {
  ...dfGtSpec,
  name: 'df-gt-transrob',
  summary:
    'Diagnosis-first fusion with expertness free at every pixel, made robust to random transformations (TransRob).',
  reconstruction:
    `${dfGtSpec.reconstruction} Movements are meant for images 256 pixels high, shrink with smaller ones and are ` +
    'drawn as fractions of a pixel.',
  config,
  presetSummaries: {
    light: 'Small movements, as is standard in feature visualisation.',
    strong: 'Large movements. The default.',
  },
  presets: {
    ...presetsAt(0.15),
    'authors-code': { ...dfGtPresets['authors-code'], target: 'input' },
    light: { strength: 'light' },
    strong: { strength: 'strong' },
  },
  fuse: (input) => fuseDiagnosisFirst(input, transRob(input.config)),
};
