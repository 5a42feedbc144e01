import { z } from 'zod';
import { thresholdFor } from '../../data/threshold.ts';
import { blur } from '../../geometry/blur.ts';
import { contourOf } from '../../geometry/contour.ts';
import { channelOf, type Field } from '../../geometry/field.ts';
import { largestRegion } from '../../geometry/largest-region.ts';
import { mirrorMismatch } from '../../geometry/mirror-mismatch.ts';
import { measureOutline, type Outline } from '../../geometry/outline.ts';
import { squarePixels } from '../../geometry/square-pixels.ts';
import type { OutlinedMask } from '../diagnosis-model.ts';
import type { Biomarker } from './biomarker.ts';
import { InputError } from '../../errors.ts';

const settings = z.strictObject({
  structure: z.string().nullable().default(null).meta({
    description: 'Name of the structure to measure. If null, the only one there is.',
    source: 'Lesions and nodules are the only structure in their images.',
  }),
  level: z.number().gt(0).lt(1).default(0.5).meta({
    description: 'Threshold of the soft mask.',
    source: 'One half, as for a hard mask.',
    unit: null,
  }),
  smoothing: z.number().min(0).max(10).default(1).meta({
    description: 'Standard deviation of the blur before thresholding.',
    source: 'Our choice: without blur, the pixel steps of a hard mask make its border a twentieth longer.',
    unit: 'pixels',
  }),
});
type Settings = z.infer<typeof settings>;

/**
 * Asymmetry: the share of the lesion that its mirror image leaves uncovered, mean over the two principal axes through its
 * centre (the A of the ABCD rule, measured as by Stoecker, Li and Moss 1992): 0 symmetric. An empty mask has 0.
 */
export const asymmetry: Biomarker<Settings> = {
  settings,
  checkStructures,
  measure: (mask, options) => {
    const lesion = outlineOf(mask, options);
    return [lesion ? mirrorMismatch(lesion.region, options.level, lesion.outline) : 0];
  },
};

/**
 * Border irregularity: perimeter² / (4π · area), the compactness index (the B of the ABCD rule, measured as by Golston,
 * Stoecker, Moss and Dhillon 1992): 1 for a circle, more the longer or the more jagged. An empty mask has 1.
 */
export const border: Biomarker<Settings> = {
  settings,
  checkStructures,
  measure: (mask, options) => {
    const lesion = outlineOf(mask, options);
    return [lesion ? lesion.outline.perimeter ** 2 / (4 * Math.PI * lesion.outline.area) : 1];
  },
};

/** Both, as two features. */
export const asymmetryAndBorder: Biomarker<Settings> = {
  settings,
  checkStructures,
  measure: (mask, options) => [asymmetry, border].flatMap((one) => one.measure(mask, options)),
};

function checkStructures(structures: readonly string[], { structure }: Settings): void {
  if (structure === null && structures.length !== 1) {
    const listed = structures.join(', ');
    throw new InputError(
      `the shape of one structure is measured: name it in measure.structure, of ${listed}`,
    );
  }
  if (structure === null || structures.includes(structure)) return;
  throw new InputError(`there is no structure '${structure}' to measure, only ${structures.join(', ')}`);
}

/** Null where nothing is left above the level. */
function outlineOf(
  { mask, height, width, structures, pixelSize = [1, 1] }: OutlinedMask,
  options: Settings,
): { region: Field; outline: Outline } | null {
  checkStructures(structures, options);
  const { structure, smoothing: sigma } = options;
  const level = thresholdFor(mask, options.level);
  const channel = structure === null ? 0 : structures.indexOf(structure);
  const field = squarePixels(channelOf(mask, { height, width }, channel), pixelSize);
  const values = sigma > 0 ? blur(field.values, { ...field, sigma }) : field.values;
  const region = largestRegion({ ...field, values }, level);
  const outline = region && measureOutline(contourOf(region, level));
  return outline && { region, outline };
}
