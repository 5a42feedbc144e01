import { z } from 'zod';
import type { Row } from './reader.ts';

const side = z.union([z.number().positive(), z.string().min(1)]);

/**
 * Height and width of a pixel in millimetres: numbers, or columns in braces; 'files': what the image files state. Left
 * out: the columns spacing_y and spacing_x, where there are such.
 */
export const spacingSetting = z.union([z.tuple([side, side]), z.literal('files')]);

type Cells = Readonly<Record<string, unknown>>;

/** Empty cells: unknown. */
export function readSpacing(
  spacing: z.infer<typeof spacingSetting> | undefined,
  cells: Cells,
  read: (template: string, field: string) => string,
  report: (field: string, message: string) => void,
): Row['spacing'] {
  if (spacing === 'files') return undefined;
  const named = 'spacing_y' in cells || 'spacing_x' in cells ? ['{spacing_y}', '{spacing_x}'] : null;
  const sides = spacing ?? named;
  if (!sides) return undefined;
  const [y, x] = sides.map((given) => {
    if (typeof given === 'number') return given;
    const text = read(given, 'spacing').trim();
    const millimetres = text === '' ? null : Number(text);
    if (millimetres === null || (millimetres > 0 && Number.isFinite(millimetres))) return millimetres;
    report('spacing', `expected the size of a pixel in millimetres, received '${text}'`);
    return null;
  });
  if (y !== null && x !== null) return { y, x };
  if (y !== x) report('spacing', 'give both the height and the width of a pixel, or neither');
  return undefined;
}
