// Taken out once: in jest every use of a global is a slow look-up, and these stand in the innermost loops.
const { atan2, cos, exp, floor, hypot, max, min, sin, sqrt } = Math;

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
  return 1 / hypot(cos(angle) / horizontal, sin(angle) / vertical);
}

export function scaled(outline: Contour, factor: number): Contour {
  return { ...outline, radii: outline.radii.map((radius) => radius * factor) };
}

/** Scales to the area of a circle of the given radius, so that area says nothing about the shape. */
export function withAreaOf(outline: Contour, circleRadius: number): Contour {
  const meanSquare = outline.radii.reduce((sum, radius) => sum + radius * radius, 0) / DIRECTIONS;
  return scaled(outline, circleRadius / sqrt(meanSquare));
}

/** How far a point lies inside (positive) or outside (negative) along its direction from the centre. */
export function depth(outline: Contour, x: number, y: number): number {
  const dx = x - outline.x;
  const dy = y - outline.y;
  const turn = atan2(dy, dx) / TURN;
  const position = (turn < 0 ? turn + 1 : turn) * DIRECTIONS;
  const index = floor(position);
  const before = outline.radii[index % DIRECTIONS];
  const after = outline.radii[(index + 1) % DIRECTIONS];
  // The square root: hypot takes care of overflow, which cannot happen here, and is several times slower.
  return before + (after - before) * (position - index) - sqrt(dx * dx + dy * dy);
}

/** Pixels whose centre lies inside: [size, size], 0 or 1. */
export function rasterise(outline: Contour, size: number): Uint8Array {
  const mask = new Uint8Array(size * size);
  const least = min(...outline.radii) ** 2;
  const most = max(...outline.radii) ** 2;
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) / size;
    for (let column = 0; column < size; column++) {
      const x = (column + 0.5) / size;
      const square = (x - outline.x) ** 2 + (y - outline.y) ** 2;
      // Most pixels lie within every radius or beyond all: no direction is needed for them.
      if (square < least || (square < most && depth(outline, x, y) > 0)) mask[row * size + column] = 1;
    }
  }
  return mask;
}

/** 1 well inside, 0 well outside, with a smooth passage of the given width: how an ambiguous edge looks. */
export function softInside(outline: Contour, x: number, y: number, width: number): number {
  return 1 / (1 + exp(-depth(outline, x, y) / (width / 4)));
}
