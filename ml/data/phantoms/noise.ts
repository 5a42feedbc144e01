import { normal, type Random } from '../../random.ts';

// Taken out once: in jest every use of a global is a slow look-up, and these stand in the innermost loops.
const { floor, max, min } = Math;

/** A field over the unit square. */
export type Field = (x: number, y: number) => number;

const ease = (t: number): number => t * t * (3 - 2 * t);

/** Smooth noise of mean 0: normal values on a lattice of columns × rows cells, eased between them. */
export function smoothNoise(random: Random, columns: number, rows: number): Field {
  const width = columns + 2;
  const lattice = Float64Array.from({ length: width * (rows + 2) }, () => normal(random));
  return (x, y) => {
    const px = min(max(x, 0), 1) * columns;
    const py = min(max(y, 0), 1) * rows;
    const column = floor(px);
    const row = floor(py);
    const tx = ease(px - column);
    const at = row * width + column;
    const top = lattice[at] + (lattice[at + 1] - lattice[at]) * tx;
    const bottom = lattice[at + width] + (lattice[at + width + 1] - lattice[at + width]) * tx;
    return top + (bottom - top) * ease(py - row);
  };
}

/** Sum of smooth noises, each twice as fine and half as strong as the one before: clouds, tissue, skin. */
export function cloudNoise(random: Random, cells: number, octaves: number): Field {
  const layers = Array.from({ length: octaves }, (_, k) => smoothNoise(random, cells << k, cells << k));
  return (x, y) => layers.reduce((sum, layer, k) => sum + layer(x, y) / (1 << k), 0);
}
