import type { Segment } from './contour.ts';

/** What a closed outline encloses, exactly for its polygon. Lengths in pixels, y downwards. */
export interface Outline {
  readonly area: number;
  readonly perimeter: number;
  readonly height: number;
  readonly width: number;
  readonly centre: { readonly x: number; readonly y: number };
  /** Angle from the x axis to the long principal axis of the enclosed area; 0 where no direction is longer. */
  readonly angle: number;
}

/** Moments of a polygon from its sides alone, by Green's theorem; null where it encloses nothing. */
export function measureOutline(segments: readonly Segment[]): Outline | null {
  const sum = { area: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0, perimeter: 0 };
  for (const { x0, y0, x1, y1 } of segments) {
    const cross = x1 * y0 - x0 * y1; // the inside is to the left on the screen: y runs downwards
    sum.perimeter += Math.hypot(x1 - x0, y1 - y0);
    sum.area += cross / 2;
    sum.x += (cross * (x0 + x1)) / 6;
    sum.y += (cross * (y0 + y1)) / 6;
    sum.xx += (cross * (x0 * x0 + x0 * x1 + x1 * x1)) / 12;
    sum.yy += (cross * (y0 * y0 + y0 * y1 + y1 * y1)) / 12;
    sum.xy += (cross * (x0 * (2 * y0 + y1) + x1 * (y0 + 2 * y1))) / 24;
  }
  if (!(sum.area > 0)) return null;
  const centre = { x: sum.x / sum.area, y: sum.y / sum.area };
  const spread = sum.xx / sum.area - centre.x ** 2 - (sum.yy / sum.area - centre.y ** 2);
  const tilt = 2 * (sum.xy / sum.area - centre.x * centre.y);
  return {
    area: sum.area,
    perimeter: sum.perimeter,
    height: range(segments.map(({ y0 }) => y0)),
    width: range(segments.map(({ x0 }) => x0)),
    centre,
    angle: isRound(spread, tilt, sum.area) ? 0 : Math.atan2(tilt, spread) / 2,
  };
}

/** Rounding alone must not choose the axes of a circle or a square. */
function isRound(spread: number, tilt: number, area: number): boolean {
  return Math.hypot(spread, tilt) < 1e-6 * area;
}

function range(values: readonly number[]): number {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most - least;
}
