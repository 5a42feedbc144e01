import { createRandom, normal } from '../random.ts';
import { spectralEnergyOfMaps, spectralEnergy } from './spectral-energy.ts';

const size = { height: 24, width: 32 };
const PIXELS = size.height * size.width;
const map = (value: (x: number, y: number) => number): number[] =>
  Array.from({ length: PIXELS }, (_, k) => value(k % size.width, Math.floor(k / size.width)));

/** A wave of whole periods over the map, on top of a constant: all its energy is at one frequency. */
const wave = (across: number, down: number, height = 1) =>
  map(
    (x, y) => 5 + height * Math.cos(2 * Math.PI * ((across * x) / size.width + (down * y) / size.height) + 1),
  );

test.each([
  [3, 0, 0], // 3 / 32 = 0.09 cycles a pixel
  [8, 0, 0], // just 0.25: not above
  [9, 0, 1], // 0.28
  [0, 6, 0],
  [0, 7, 1],
  [0, 12, 1], // the highest there is, two pixels a period
  [16, 0, 1],
  [6, 4, 1], // √(0.1875² + 0.1667²) = 0.2508
  [5, 4, 0], // 0.229
])('a wave of %i periods across and %i down has %i of its energy above 0.25', (across, down, share) => {
  expect(spectralEnergy(wave(across, down), size)).toBeCloseTo(share, 9);
});

test('of two waves each counts with the square of its height', () => {
  const [slow, fast] = [wave(2, 1, 2), wave(10, -3, 1)];
  expect(
    spectralEnergy(
      slow.map((value, k) => value + fast[k]),
      size,
    ),
  ).toBeCloseTo(1 / 5, 9);
});

test('the line between slow and fast can be moved', () => {
  expect(spectralEnergy(wave(3, 0), size, 0.05)).toBeCloseTo(1, 9);
});

test('white noise has the share of its frequencies', () => {
  const random = createRandom('white noise');
  const noise = map(() => normal(random));
  // 1 − π / 16 = 0.804; 768 draws leave about 0.02.
  expect(Math.abs(spectralEnergy(noise, size)! - (1 - Math.PI / 16))).toBeLessThan(0.06);
});

test('of several maps each counts with its own energy; one that does not vary counts nothing', () => {
  const third = map(() => 1 / 3);
  expect(spectralEnergy(third, size)).toBeNull();
  expect(spectralEnergyOfMaps(third, size)).toBeNull();
  const [slow, fast] = [wave(2, 0, 3), wave(12, 0, 1)];
  const side = slow.flatMap((value, k) => [value, third[k], fast[k]]);
  expect(spectralEnergyOfMaps(side, size)).toBeCloseTo(1 / 10, 9);
});

test('another number of values is refused', () => {
  expect(() => spectralEnergy([1, 2, 3], size)).toThrow('a map of 24 × 32 is wanted: received 3 values');
});
