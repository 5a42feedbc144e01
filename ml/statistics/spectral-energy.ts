/** Cycles a pixel above which a map counts as noisy: half of the highest that pixels can show (paper, figure 6; our line). */
export const NOISY_FREQUENCY = 0.25;

interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * The share of a map's energy, its mean removed, that lies above a frequency √(fx² + fy²) in cycles a pixel: 0 for a
 * slow map, about 1 − π · 0.25² = 0.80 for white noise at 0.25. Null where the map does not vary. Values [h · w].
 *
 * By Parseval's theorem it is one less the share below, so that only the low frequencies are computed.
 */
export function spectralEnergy(
  values: ArrayLike<number>,
  size: Size,
  above = NOISY_FREQUENCY,
): number | null {
  return shareAbove([energy(values, size, above)]);
}

/** Energy of a map, its mean removed: all of it, and that which is not above the frequency. */
interface Energy {
  readonly total: number;
  readonly low: number;
}

function energy(values: ArrayLike<number>, { height, width }: Size, above: number): Energy {
  if (values.length !== height * width)
    throw new RangeError(`a map of ${height} × ${width} is wanted: received ${values.length} values`);
  const [mean, square] = moments(values);
  const total = values.length * (square - mean * mean);
  // What rounding leaves of a constant map.
  if (total <= 1e-12 * values.length * square) return { total: 0, low: 0 };
  let low = 0;
  for (let v = 0; v / width <= above && 2 * v <= width; v++) {
    const [real, imaginary] = columnsAt(values, v, mean, { height, width });
    const opposite = v === 0 || 2 * v === width ? 1 : 2;
    for (let u = 0; u < height; u++) {
      if (Math.hypot(v / width, Math.min(u, height - u) / height) > above) continue;
      low += opposite * powerAt(real, imaginary, u);
    }
  }
  return { total, low: low / values.length };
}

function shareAbove(energies: readonly Energy[]): number | null {
  const sum = (of: (one: Energy) => number): number => energies.reduce((all, one) => all + of(one), 0);
  const total = sum((one) => one.total);
  return total === 0 ? null : Math.min(1, Math.max(0, 1 - sum((one) => one.low) / total));
}

/**
 * The share of the energy of n maps side by side, [h, w, n], each with its own mean removed. A rater's map that hardly
 * varies hardly counts, whatever the shape of what little it has. Null where none varies.
 */
export function spectralEnergyOfMaps(maps: ArrayLike<number>, size: Size): number | null {
  const pixels = size.height * size.width;
  const n = maps.length / pixels;
  const energies = Array.from({ length: n }, (_, rater) => {
    const values = Float64Array.from({ length: pixels }, (_, pixel) => maps[pixel * n + rater]);
    return energy(values, size, NOISY_FREQUENCY);
  });
  return shareAbove(energies);
}

/** Mean, and mean square. */
function moments(values: ArrayLike<number>): [number, number] {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    squares += values[i] * values[i];
  }
  return [sum / values.length, squares / values.length];
}

/** Each line's part at the horizontal frequency v: real and imaginary, [h]. */
function columnsAt(values: ArrayLike<number>, v: number, mean: number, { height, width }: Size) {
  const [cos, sin] = circle(width, v);
  const [real, imaginary] = [new Float64Array(height), new Float64Array(height)];
  for (let line = 0; line < height; line++) {
    for (let column = 0; column < width; column++) {
      const value = values[line * width + column] - mean;
      real[line] += value * cos[column];
      imaginary[line] -= value * sin[column];
    }
  }
  return [real, imaginary];
}

/** |Σ z(line) · e^(−2πi·u·line/h)|² */
function powerAt(real: Float64Array, imaginary: Float64Array, u: number): number {
  const [cos, sin] = circle(real.length, u);
  let [a, b] = [0, 0];
  for (let line = 0; line < real.length; line++) {
    a += real[line] * cos[line] + imaginary[line] * sin[line];
    b += imaginary[line] * cos[line] - real[line] * sin[line];
  }
  return a * a + b * b;
}

const circles = new Map<string, readonly [Float64Array, Float64Array]>();

/** cos and sin of 2π · k · i / n for i below n; kept, as all maps of a fusion ask for the same. */
function circle(n: number, k: number): readonly [Float64Array, Float64Array] {
  const key = `${n} ${k}`;
  let found = circles.get(key);
  if (!found) {
    const angle = (i: number): number => (2 * Math.PI * ((k * i) % n)) / n;
    found = [
      Float64Array.from({ length: n }, (_, i) => Math.cos(angle(i))),
      Float64Array.from({ length: n }, (_, i) => Math.sin(angle(i))),
    ];
    circles.set(key, found);
  }
  return found;
}
