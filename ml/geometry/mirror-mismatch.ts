import { valueBetween, type Field } from './field.ts';
import type { Outline } from './outline.ts';

/** Points to a pixel's side: finer ones change the mismatch of a 64×64 mask by less than a thousandth. */
const FINENESS = 2;

/**
 * How badly a region fits its mirror images: the share of its area that the image leaves uncovered, 0 (symmetric) to 1
 * (apart), mean over the two principal axes through its centre. Counted on points in the axes' own grid, inside where
 * the bilinear field is above `level`, so that a turned shape gives the same.
 */
export function mirrorMismatch(field: Field, level: number, outline: Outline): number {
  const { centre, angle, height, width } = outline;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const reach = FINENESS * Math.ceil(Math.hypot(height, width));
  const side = 2 * reach;
  const inside = new Uint8Array(side * side);
  let count = 0;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      // Half a step off the centre: a symmetric mask's edge must not fall on points, where rounding would decide.
      const [u, v] = [(column - reach + 0.5) / FINENESS, (row - reach + 0.5) / FINENESS];
      const value = valueBetween(field, centre.y + u * sin + v * cos, centre.x + u * cos - v * sin);
      if (!(value > level)) continue;
      inside[row * side + column] = 1;
      count++;
    }
  }
  let uncovered = 0;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      if (!inside[row * side + column]) continue;
      if (!inside[(side - 1 - row) * side + column]) uncovered++;
      if (!inside[row * side + side - 1 - column]) uncovered++;
    }
  }
  return count === 0 ? 0 : uncovered / (2 * count);
}
