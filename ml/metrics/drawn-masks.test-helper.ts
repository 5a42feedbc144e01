import type { Mask } from './metric.ts';

/** Draws a mask of 40×56 pixels. */
export function draw(inside: (y: number, x: number) => boolean): Mask {
  const [height, width] = [40, 56];
  const values = Float32Array.from({ length: height * width }, (_, i) =>
    inside(Math.floor(i / width), i % width) ? 1 : 0,
  );
  return { values, height, width };
}

/** The masks of bench/reference/surface.py: an ellipse with a hole, a disc, and the disc with bars along two edges. */
export const first = draw(
  (y, x) => 4 * (y - 18) ** 2 + 2 * (x - 24) ** 2 < 800 && (y - 18) ** 2 + (x - 22) ** 2 >= 9,
);
export const second = draw((y, x) => 3 * (y - 20) ** 2 + 3 * (x - 28) ** 2 < 700);
export const edged = draw(
  (y, x) => 3 * (y - 20) ** 2 + 3 * (x - 28) ** 2 < 700 || (y < 3 && x > 50) || x > 53,
);
export const empty = draw(() => false);
