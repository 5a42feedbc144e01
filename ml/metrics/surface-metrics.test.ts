import { createRandom } from '../random.ts';
import { averageSymmetricSurfaceDistance } from './average-symmetric-surface-distance.ts';
import { edged, first, second } from './drawn-masks.test-helper.ts';
import { hausdorff95 } from './hausdorff-95.ts';
import type { Mask } from './metric.ts';
import { normalisedSurfaceDice } from './normalised-surface-dice.ts';
import { surfaceDistances, type SurfaceConfig } from './surface-distances.ts';

const pixels = { threshold: 0.5, spacing: null };
const uneven: SurfaceConfig = { threshold: 0.5, spacing: [0.5, 1.25] };

function figures(mask: Mask, reference: Mask, config: SurfaceConfig): number[] {
  const dices = [0.5, 1, 2].map((tolerance) =>
    normalisedSurfaceDice.measure(mask, reference, { ...config, tolerance }),
  );
  return [
    hausdorff95.measure(mask, reference, config)!,
    averageSymmetricSurfaceDistance.measure(mask, reference, config)!,
    ...dices.map((dice) => dice!),
  ];
}

// Reference: bench/reference/surface.py. MONAI 1.6.1 computes in float32, so its values are held to 1e-6 of themselves.
test.each([
  [
    'first and second',
    second,
    pixels,
    [9.376873016357422, 3.182413101196289, 0.18000000715255737, 0.33500000834465027, 0.48500001430511475],
  ],
  [
    'the same with uneven spacing',
    second,
    uneven,
    [10, 2.466049909591675, 0.28999999165534973, 0.45500001311302185, 0.6700000166893005],
  ],
  [
    'first and edged',
    edged,
    pixels,
    [17.029386520385742, 6.337127685546875, 0.12631578743457794, 0.23508772253990173, 0.340350866317749],
  ],
  [
    'the same with uneven spacing',
    edged,
    uneven,
    [16.155494689941406, 6.138972759246826, 0.20350876450538635, 0.31929823756217957, 0.47017544507980347],
  ],
] as const)('equals MONAI: %s', (_, reference, config, expected) => {
  figures(first, reference, config).forEach((figure, k) =>
    expect(Math.abs(figure / expected[k] - 1)).toBeLessThan(1e-6),
  );
});

test('equals the same definition in double precision, by scipy’s distance map', () => {
  const expected = [
    16.155494421403507, 6.138972287492001, 0.20350877192982456, 0.3192982456140351, 0.47017543859649125,
  ];
  figures(first, edged, uneven).forEach((figure, k) => expect(figure).toBeCloseTo(expected[k], 12));
});

test('equals SimpleITK’s contours and distance maps where no mask touches the picture’s edge', () => {
  // SimpleITK 2.5.7; its distances are float32.
  const expected = [9.376872777938843, 3.182413029670715, 0.18, 0.335, 0.485];
  figures(first, second, pixels).forEach((figure, k) => expect(figure).toBeCloseTo(expected[k], 6));
});

test('distances scale with the pixel, a tolerance does with it', () => {
  const doubled = { threshold: 0.5, spacing: [2, 2] as const };
  const plain = hausdorff95.measure(first, second, pixels)!;
  expect(hausdorff95.measure(first, second, doubled)).toBeCloseTo(2 * plain, 12);
  const dice = (config: SurfaceConfig, tolerance: number) =>
    normalisedSurfaceDice.measure(first, second, { ...config, tolerance });
  expect(dice(doubled, 6)).toBe(dice(pixels, 3));
  // 3 · 0.1 is 0.30000000000000004.
  expect(dice({ threshold: 0.5, spacing: [0.1, 0.1] }, 0.3)).toBe(dice(pixels, 3));
});

test('every distance of random masks is the smallest of all pairs of surface pixels', () => {
  const random = createRandom('surfaces');
  for (const [height, width, density] of [
    [9, 13, 0.5],
    [13, 9, 0.05],
    [1, 17, 0.3],
    [17, 1, 0.3],
    [12, 12, 0.98],
  ]) {
    const noise = (): Mask => {
      const values = Float32Array.from({ length: height * width }, () => (random() < density ? 1 : 0));
      return { values, height, width };
    };
    const [a, b] = [noise(), noise()];
    const { toReference, fromReference } = surfaceDistances(a, b, uneven);
    const [surfaceA, surfaceB] = [surfacePixels(a), surfacePixels(b)];
    expect([...toReference]).toEqual(
      surfaceA.map((pixel) => expect.closeTo(nearest(pixel, surfaceB), 12) as number),
    );
    expect([...fromReference]).toEqual(
      surfaceB.map((pixel) => expect.closeTo(nearest(pixel, surfaceA), 12) as number),
    );
  }
});

test('a single pixel, and a picture that is all foreground', () => {
  const [height, width] = [3, 4];
  const full = { values: new Uint8Array(12).fill(1), height, width };
  const corner = { values: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), height, width };
  // All but the two inner pixels are surface; the farthest from the corner is √(2² + 3²) away.
  const { toReference, fromReference } = surfaceDistances(full, corner, pixels);
  expect([toReference.length, Math.max(...toReference)]).toEqual([10, Math.sqrt(13)]);
  expect([...fromReference]).toEqual([0]);
});

type Pixel = readonly [number, number];

/** By the definition. */
function surfacePixels({ values, height, width }: Mask): Pixel[] {
  const on = (y: number, x: number): boolean =>
    y >= 0 && x >= 0 && y < height && x < width && values[y * width + x] === 1;
  return Array.from({ length: height * width }, (_, i): Pixel => [Math.floor(i / width), i % width]).filter(
    ([y, x]) => on(y, x) && !(on(y - 1, x) && on(y + 1, x) && on(y, x - 1) && on(y, x + 1)),
  );
}

function nearest([y, x]: Pixel, others: readonly Pixel[]): number {
  return Math.min(...others.map(([v, u]) => Math.hypot((y - v) * 0.5, (x - u) * 1.25)));
}
