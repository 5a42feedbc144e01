// Taken out once: in jest every use of a global is a slow look-up, and these stand in the innermost loops.
const { ceil, floor, max, min, round, sqrt } = Math;

export type Colour = readonly [red: number, green: number, blue: number];

/** An RGB picture under construction: [size, size, 3]. Coordinates are fractions of the side. */
export interface Canvas {
  readonly size: number;
  readonly pixels: Float32Array;
}

/** Paints every pixel from its centre. */
export function paint(size: number, colourAt: (x: number, y: number) => Colour): Canvas {
  const pixels = new Float32Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    pixels.set(colourAt(((i % size) + 0.5) / size, (floor(i / size) + 0.5) / size), i * 3);
  }
  return { size, pixels };
}

export const mix = (from: Colour, to: Colour, share: number): Colour => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

export const scale = (colour: Colour, factor: number): Colour => [
  colour[0] * factor,
  colour[1] * factor,
  colour[2] * factor,
];

/** A point of a drawn line: place, width and strength there. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly strength: number;
}

/**
 * Multiplies the picture by a colour along lines (vessels, hair). Where lines cross, the stronger one counts, as
 * overlapping strokes of one ink do. A line thinner than a pixel becomes fainter instead of vanishing.
 */
export function stroke(canvas: Canvas, lines: readonly (readonly LinePoint[])[], tint: Colour): void {
  const cover = new Float32Array(canvas.size * canvas.size);
  for (const line of lines) for (const point of line) dab(cover, canvas.size, point);
  for (let i = 0; i < cover.length; i++) {
    for (let channel = 0; channel < 3; channel++) {
      canvas.pixels[i * 3 + channel] *= 1 - cover[i] * (1 - tint[channel]);
    }
  }
}

function dab(cover: Float32Array, size: number, point: LinePoint): void {
  const radius = max((point.width * size) / 2, 0.5);
  const strength = point.strength * min((point.width * size) / 2 / 0.5, 1);
  const [cx, cy] = [point.x * size - 0.5, point.y * size - 0.5];
  const reach = ceil(radius + 1);
  for (let y = max(0, floor(cy) - reach); y <= min(size - 1, cy + reach); y++) {
    for (let x = max(0, floor(cx) - reach); x <= min(size - 1, cx + reach); x++) {
      const edge = min(max(radius + 0.5 - sqrt((x - cx) ** 2 + (y - cy) ** 2), 0), 1);
      cover[y * size + x] = max(cover[y * size + x], edge * strength);
    }
  }
}

/** Clips to [0, 1] and rounds to 8 bits, as a camera's file does; so the picture survives a PNG without loss. */
export function finish(canvas: Canvas): Float32Array {
  return canvas.pixels.map((value) => round(min(max(value, 0), 1) * 255) / 255);
}
