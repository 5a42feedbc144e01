import { z } from 'zod';
import { thresholdFor } from '../../data/threshold.ts';
import { contourOf } from '../../geometry/contour.ts';
import { channelOf, type Field } from '../../geometry/field.ts';
import { largestRegion } from '../../geometry/largest-region.ts';
import { measureOutline, type Outline } from '../../geometry/outline.ts';
import { measurePixels } from '../../geometry/pixel-extent.ts';
import type { OutlinedMask } from '../diagnosis-model.ts';
import type { Biomarker } from './biomarker.ts';
import { InputError } from '../../errors.ts';

const settings = {
  levels: z.array(z.number().gt(0).lt(1)).min(1).default([0.5]).meta({
    description:
      'Threshold of the soft masks. With several thresholds, such as 0.1, 0.2 … 0.9, the ratios are averaged.',
    source: 'One half, as for a hard mask.',
    unit: null,
  }),
  edge: z
    .enum(['contour', 'pixels'])
    .default('contour')
    .meta({
      description:
        'How heights and widths are measured. contour: interpolated between pixels. pixels: in whole rows, last − first + 1. ' +
        'Both are equal on hard masks.',
      source: 'Our choice: pixels is as published; contour resolves soft masks to less than a pixel.',
    }),
};
const vcdrSettings = z.strictObject(settings);
const ratioSettings = z.strictObject({
  ...settings,
  beside: z
    .array(z.enum(['width', 'area']))
    .default([])
    .meta({
      description: 'Ratios of other measures of cup and disc, used as features beside the vertical one.',
      source: 'None: the vertical ratio alone.',
    }),
});
type VcdrSettings = z.infer<typeof vcdrSettings>;
type Extent = Pick<Outline, 'height' | 'width' | 'area'>;

/**
 * Vertical cup-to-disc ratio: how high the cup is in parts of the disc's height, each by the largest region of its soft
 * mask above a level; normal eyes lie about 0.3 to 0.5, glaucoma above 0.6. 0 where cup or disc is empty.
 */
export const vcdr: Biomarker<VcdrSettings> = {
  settings: vcdrSettings,
  checkStructures,
  measure: (mask, options) => [ratio(mask, options, 'height')],
};

/** The same with further ratios. */
export const cupToDisc: Biomarker<z.infer<typeof ratioSettings>> = {
  settings: ratioSettings,
  checkStructures,
  measure: (mask, options) =>
    (['height', ...options.beside] as const).map((measure) => ratio(mask, options, measure)),
};

function checkStructures(structures: readonly string[]): void {
  const missing = ['disc', 'cup'].filter((name) => !structures.includes(name));
  if (missing.length === 0) return;
  throw new InputError(
    `the cup-to-disc ratio needs the structures disc and cup: there is no ${missing.join(' and no ')} ` +
      `among ${structures.join(', ')}`,
  );
}

function ratio(mask: OutlinedMask, { levels, edge }: VcdrSettings, measure: keyof Extent): number {
  checkStructures(mask.structures);
  const field = (name: string): Field => channelOf(mask.mask, mask, mask.structures.indexOf(name));
  const [cup, disc] = [field('cup'), field('disc')];
  const ratios = levels.map((level) => {
    const [inner, outer] = [cup, disc].map((one) => extentOf(one, level, edge)?.[measure] ?? 0);
    return outer > 0 ? inner / outer : 0;
  });
  return ratios.reduce((sum, value) => sum + value, 0) / ratios.length;
}

function extentOf(field: Field, threshold: number, edge: VcdrSettings['edge']): Extent | null {
  const level = thresholdFor(field.values, threshold);
  const region = largestRegion(field, level);
  if (!region) return null;
  return edge === 'pixels' ? measurePixels(region, level) : measureOutline(contourOf(region, level));
}
