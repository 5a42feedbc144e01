import { contourOf } from './contour.ts';
import { channelOf, type Field } from './field.ts';
import { largestRegion } from './largest-region.ts';
import { mirrorMismatch } from './mirror-mismatch.ts';
import { measureOutline } from './outline.ts';

/** A field by formula at pixel centres. */
function draw(height: number, width: number, value: (x: number, y: number) => number): Field {
  const values = Float32Array.from({ length: height * width }, (_, pixel) =>
    value(pixel % width, Math.floor(pixel / width)),
  );
  return { values, height, width };
}

/** 1 inside and 0 outside, with an edge two pixels wide where the signed distance is small. */
const soft = (distance: number): number => Math.min(1, Math.max(0, 0.5 + distance / 2));

const hard = (inside: boolean): number => (inside ? 1 : 0);

const measure = (field: Field) => measureOutline(contourOf(field, 0.5))!;

/** Signed distance to an ellipse, to first order: exact at its edge. */
function ellipse(x: number, y: number, a: number, b: number, angle = 0): number {
  const [u, v] = [x * Math.cos(angle) + y * Math.sin(angle), y * Math.cos(angle) - x * Math.sin(angle)];
  const level = Math.hypot(u / a, v / b);
  return level === 0 ? a : (level * (1 - level)) / Math.hypot(u / a ** 2, v / b ** 2);
}

describe('outlines', () => {
  // Reference values: bench/reference/geometry.py (scikit-image 0.26.0).
  const spots = draw(40, 48, (x, y) => {
    const [angle, radius] = [Math.atan2(y - 19.3, x - 20.6), Math.hypot(y - 19.3, x - 20.6)];
    const spot = 0.5 + (11 + 2 * Math.cos(3 * angle) + Math.cos(5 * angle) - radius) / 4;
    const other = 0.5 + (3 - Math.hypot(y - 6.2, x - 41.7)) / 4;
    return Math.min(1, Math.max(0, spot, other));
  });

  test('equal scikit-image’s, and the smaller region is left out', () => {
    const outline = measure(largestRegion(spots, 0.5)!);
    expect(outline.area).toBeCloseTo(387.43937450183006, 3); // values are 32-bit floats
    expect(outline.perimeter).toBeCloseTo(76.84554269851718, 3);
    expect([outline.height, outline.width]).toEqual([
      expect.closeTo(22.125262095886526, 4),
      expect.closeTo(24.285007206483627, 4),
    ]);
  });

  test.each([
    [20, 12],
    [12.4, 18.7],
    [6.3, 6.3],
  ])('of an ellipse with half axes %d and %d lie within a tenth of a pixel', (a, b) => {
    for (const shift of [0, 0.13, 0.37, 0.5, 0.81]) {
      const outline = measure(draw(48, 48, (x, y) => soft(ellipse(x - 23 - shift, y - 24 + shift, a, b))));
      expect(Math.abs(outline.width - 2 * a)).toBeLessThan(0.1);
      expect(Math.abs(outline.height - 2 * b)).toBeLessThan(0.1);
      expect(Math.abs(outline.centre.x - 23 - shift)).toBeLessThan(0.02);
      expect(Math.abs(outline.area / (Math.PI * a * b) - 1)).toBeLessThan(0.01);
      // Ramanujan's second formula.
      const h = ((a - b) / (a + b)) ** 2;
      const perimeter = Math.PI * (a + b) * (1 + (3 * h) / (10 + Math.sqrt(4 - 3 * h)));
      expect(Math.abs(outline.perimeter / perimeter - 1)).toBeLessThan(0.005);
    }
  });

  test('of a hard rectangle are its pixels’ borders, its corners cut', () => {
    const outline = measure(draw(20, 20, (x, y) => hard(x >= 3 && x < 11 && y >= 5 && y < 17)));
    // Each of the four corners loses a triangle with sides of half a pixel.
    expect(outline).toMatchObject({ width: 8, height: 12, area: 96 - 4 / 8 });
    expect([outline.centre.x, outline.centre.y]).toEqual([expect.closeTo(6.5, 12), expect.closeTo(10.5, 12)]);
    expect(outline.perimeter).toBeCloseTo(40 - 4 * (1 - Math.SQRT1_2), 12);
    expect(Math.abs(outline.angle)).toBeCloseTo(Math.PI / 2, 12);
  });

  test('close at the frame', () => {
    expect(measure(draw(8, 6, () => 1))).toMatchObject({ width: 6, height: 8 });
  });

  test('find the long axis', () => {
    for (const angle of [-1.2, -0.3, 0.2, 0.9, 1.5]) {
      const outline = measure(draw(64, 64, (x, y) => soft(ellipse(x - 31.3, y - 32.1, 22, 11, angle))));
      expect(outline.angle).toBeCloseTo(angle, 2);
    }
  });

  test('of nothing there are none', () => {
    expect(
      measureOutline(
        contourOf(
          draw(4, 4, () => 0),
          0.5,
        ),
      ),
    ).toBeNull();
  });
});

describe('the largest region', () => {
  const rows = (...lines: string[]): Field =>
    draw(lines.length, lines[0].length, (x, y) => Number(lines[y][x]) / 10);
  const region = (field: Field): number[] =>
    [...largestRegion(field, 0.5)!.values].map((v) => Math.round(10 * v));

  test('joins corners, drops smaller regions, keeps what is below the level, fills holes', () => {
    expect(region(rows('90003', '09080', '00000'))).toEqual([...'900030900000000'].map(Number));
    expect(region(rows('999', '929', '999'))).toEqual([9, 9, 9, 9, 10, 9, 9, 9, 9]);
  });

  test('is the first of equal ones, and none where nothing is above the level', () => {
    expect(region(rows('9008'))).toEqual([9, 0, 0, 0]);
    expect(largestRegion(rows('555'), 0.5)).toBeNull();
  });
});

describe('mirror mismatch', () => {
  const mismatch = (field: Field): number => mirrorMismatch(field, 0.5, measure(field));

  test('is none for a circle, a square and a turned ellipse', () => {
    expect(mismatch(draw(40, 40, (x, y) => soft(ellipse(x - 19.2, y - 20.4, 13, 13))))).toBeLessThan(0.01);
    expect(mismatch(draw(40, 40, (x, y) => hard(x >= 10 && x < 30 && y >= 8 && y < 28)))).toBeLessThan(0.01);
    expect(mismatch(draw(64, 64, (x, y) => soft(ellipse(x - 31, y - 32, 22, 11, 0.6))))).toBeLessThan(0.01);
  });

  test('of a half disc is that of its exact overlap, whichever way it is turned', () => {
    // Symmetric about the axis through its middle. About the other, at 4r/3π from the flat side, what the image leaves
    // uncovered is the difference of the half disc's widths on either side.
    const r = 20;
    const centre = (4 * r) / (3 * Math.PI);
    const width = (depth: number): number =>
      depth < 0 || depth > r ? 0 : 2 * Math.sqrt(r * r - depth * depth);
    let uncovered = 0;
    for (let t = 0.0005; t < r; t += 0.001)
      uncovered += 0.001 * Math.abs(width(centre + t) - width(centre - t));
    const expected = uncovered / ((Math.PI * r * r) / 2) / 2;
    for (const angle of [0, 0.4, 1.1]) {
      const half = draw(64, 64, (x, y) => {
        const [dx, dy] = [x - 31.5, y - 31.5];
        const depth = dx * Math.cos(angle) + dy * Math.sin(angle) + 8;
        const across = dy * Math.cos(angle) - dx * Math.sin(angle);
        return soft(Math.min(depth, r - Math.hypot(depth, across)));
      });
      expect(Math.abs(mismatch(half) - expected)).toBeLessThan(0.01);
    }
  });

  test('of an L is large', () => {
    const l = draw(40, 40, (x, y) => hard(x >= 6 && x < 34 && y >= 6 && y < 34 && (x < 14 || y >= 26)));
    expect(mismatch(l)).toBeGreaterThan(0.25);
  });
});

test('a channel is taken out of an interleaved mask, and one that is not there is refused', () => {
  const mask = Float32Array.of(1, 10, 2, 20, 3, 30);
  expect([...channelOf(mask, { height: 1, width: 3 }, 1).values]).toEqual([10, 20, 30]);
  expect(() => channelOf(mask, { height: 1, width: 3 }, 2)).toThrow(
    '6 values has no channel 2 of 1×3 pixels',
  );
});
