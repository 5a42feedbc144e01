import type { Field } from './field.ts';

/** Sides that differ by less are the same: an image scaled to whole pixels is up to half a pixel off. */
const SAME = 1e-3;

/**
 * The field on square pixels, so that a circle on pixels that are higher than wide is measured as a circle. The finer
 * direction stays as it is, the other is interpolated linearly between pixel centres, the outermost values going on to
 * the edge.
 *
 * @param pixelSize height and width of a pixel, in any unit.
 */
export function squarePixels(field: Field, [high, wide]: readonly [number, number]): Field {
  if (Math.abs(high / wide - 1) < SAME) return field;
  return high > wide ? stretchRows(field, high / wide) : turned(stretchRows(turned(field), wide / high));
}

/** As many times more rows as the factor says. */
function stretchRows({ values, height, width }: Field, factor: number): Field {
  const rows = Math.max(1, Math.round(height * factor));
  const stretched = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const centre = Math.min(Math.max(((row + 0.5) * height) / rows - 0.5, 0), height - 1);
    const upper = Math.min(Math.floor(centre), Math.max(0, height - 2));
    const lower = Math.min(upper + 1, height - 1);
    const share = centre - upper;
    for (let x = 0; x < width; x++)
      stretched[row * width + x] =
        (1 - share) * values[upper * width + x] + share * values[lower * width + x];
  }
  return { values: stretched, height: rows, width };
}

/** Rows become columns. */
function turned({ values, height, width }: Field): Field {
  const out = new Float32Array(values.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) out[x * height + y] = values[y * width + x];
  return { values: out, height: width, width: height };
}
