/**
 * Star-shaped outlines: a centre and a radius for each of 256 directions. Lengths are fractions of the image's side,
 * so that one outline can be drawn at any size.
 */
export interface Contour {
  readonly x: number;
  readonly y: number;
  readonly radii: Float64Array; // [256], direction 0 points right, 64 down
}

export const DIRECTIONS = 256;
const TURN = 2 * Math.PI;

/** Tabulates radius(angle); angles run clockwise from the right, as rows run downwards. */
export function contour(x: number, y: number, radius: (angle: number) => number): Contour {
  return {
    x,
    y,
    radii: Float64Array.from({ length: DIRECTIONS }, (_, k) => radius((TURN * k) / DIRECTIONS)),
  };
}

/** Radius of an axis-parallel ellipse in a direction. */
export function ellipse(angle: number, horizontal: number, vertical: number): number {
  return 1 / Math.hypot(Math.cos(angle) / horizontal, Math.sin(angle) / vertical);
}

export function scaled(outline: Contour, factor: number): Contour {
  return { ...outline, radii: outline.radii.map((radius) => radius * factor) };
}

/** Scales to the area of a circle of the given radius, so that area says nothing about the shape. */
export function withAreaOf(outline: Contour, circleRadius: number): Contour {
  const meanSquare = outline.radii.reduce((sum, radius) => sum + radius * radius, 0) / DIRECTIONS;
  return scaled(outline, circleRadius / Math.sqrt(meanSquare));
}

/** How far a point lies inside (positive) or outside (negative) along its direction from the centre. */
export function depth(outline: Contour, x: number, y: number): number {
  const [dx, dy] = [x - outline.x, y - outline.y];
  const position = ((Math.atan2(dy, dx) / TURN + 1) % 1) * DIRECTIONS;
  const index = Math.floor(position);
  const [before, after] = [outline.radii[index % DIRECTIONS], outline.radii[(index + 1) % DIRECTIONS]];
  return before + (after - before) * (position - index) - Math.hypot(dx, dy);
}

/** Pixels whose centre lies inside: [size, size], 0 or 1. */
export function rasterise(outline: Contour, size: number): Uint8Array {
  return Uint8Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size];
    return depth(outline, x, y) > 0 ? 1 : 0;
  });
}

/** 1 well inside, 0 well outside, with a smooth passage of the given width: how an ambiguous edge looks. */
export function softInside(outline: Contour, x: number, y: number, width: number): number {
  return 1 / (1 + Math.exp(-depth(outline, x, y) / (width / 4)));
}
