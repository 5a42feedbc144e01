import type { Numbers } from './numbers.ts';

interface Raster {
  width: number;
  height: number;
  channels: number;
}

/** Turns and mirrors a raster as EXIF's orientation, 1 to 8, says. */
export function orient(
  values: Numbers,
  { width, height, channels }: Raster,
  orientation: number,
): { values: Numbers; width: number; height: number } {
  if (!(orientation >= 2 && orientation <= 8)) return { values, width, height };
  const swapped = orientation >= 5;
  const [w, h] = swapped ? [height, width] : [width, height];
  const out = values.slice();
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [u, v] = source(x, y, width, height, orientation);
      for (let c = 0; c < channels; c++)
        out[(y * w + x) * channels + c] = values[(v * width + u) * channels + c];
    }
  }
  return { values: out, width: w, height: h };
}

/** The pixel of the file that stands at (x, y) of the turned picture. */
function source(x: number, y: number, width: number, height: number, orientation: number): [number, number] {
  switch (orientation) {
    case 2:
      return [width - 1 - x, y];
    case 3:
      return [width - 1 - x, height - 1 - y];
    case 4:
      return [x, height - 1 - y];
    case 5:
      return [y, x];
    case 6:
      return [y, height - 1 - x];
    case 7:
      return [width - 1 - y, height - 1 - x];
    default:
      return [width - 1 - y, x];
  }
}
