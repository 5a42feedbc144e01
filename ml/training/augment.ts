import { z } from 'zod';
import type { Sample } from '../data/sample.ts';
import { createRandom } from '../random.ts';

/** Changes to training images that keep the diagnosis. Masks move with their image. */
export const augmentation = z.strictObject({
  flips: z.boolean().default(false).meta({
    description: 'Mirror left to right and top to bottom, each half of the time.',
    source: "Off in the paper, and commented out in the authors' code.",
  }),
  shift: z.number().min(0).max(0.25).default(0).meta({
    description: 'Largest shift along each axis. Edge pixels are repeated.',
    source: 'None in the paper.',
    unit: 'image sides',
  }),
  light: z.number().min(0).max(0.5).default(0).meta({
    description: 'Largest relative change of contrast and of each colour, and largest change of brightness.',
    source: 'None in the paper.',
    unit: null,
  }),
});
export type Augmentation = z.infer<typeof augmentation>;

/** What is done to one image in one epoch. */
export interface Change {
  readonly mirrorRows: boolean;
  readonly mirrorColumns: boolean;
  /** Moves in pixels, downwards and to the right. */
  readonly down: number;
  readonly right: number;
  /** value · gain + offset, by colour. */
  readonly gain: readonly [number, number, number];
  readonly offset: number;
}

interface Draw {
  readonly seed: number;
  readonly epoch: number;
  /** The image's id. */
  readonly id: string;
  readonly height: number;
  readonly width: number;
}

/** The change depends on seed, epoch and image only: order, batches and resumption do not matter. */
export function drawChange({ flips, shift, light }: Augmentation, draw: Draw): Change {
  const random = createRandom(draw.seed, 'augment', draw.epoch, draw.id);
  const between = (limit: number): number => (2 * random() - 1) * limit;
  const [mirrorRows, mirrorColumns] = [random() < 0.5, random() < 0.5];
  const [down, right] = [between(shift * draw.height), between(shift * draw.width)];
  const contrast = 1 + between(light);
  return {
    mirrorRows: flips && mirrorRows,
    mirrorColumns: flips && mirrorColumns,
    down: Math.round(down),
    right: Math.round(right),
    gain: [contrast * (1 + between(light)), contrast * (1 + between(light)), contrast * (1 + between(light))],
    offset: between(light),
  };
}

/** The sample as it is seen: image and masks mirrored and moved alike, the image in another light. */
export function changeSample(sample: Sample, size: Size, change: Change): Sample {
  const { image, raterMasks, fused } = sample;
  return {
    ...sample,
    image: changeImage(image, size, change),
    raterMasks: moveMap(raterMasks, size, change),
    fused: fused && moveMap(fused, size, change),
  };
}

/** RGB [h, w, 3]. */
export function changeImage(image: Float32Array, size: Size, change: Change): Float32Array {
  return relight(moveMap(image, size, change), change);
}

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** A map [h, w, …] mirrored and moved; what belongs to a pixel moves together. */
export function moveMap<T extends Float32Array | Uint8Array>(
  map: T,
  { height, width }: Size,
  change: Change,
): T {
  const channels = map.length / (height * width);
  const moved = map.slice() as T;
  const columns = Array.from({ length: width }, (_, x) =>
    sourceOf(x, width, change.right, change.mirrorColumns),
  );
  for (let y = 0; y < height; y++) {
    const fromRow = sourceOf(y, height, change.down, change.mirrorRows) * width;
    for (let x = 0; x < width; x++) {
      const from = (fromRow + columns[x]) * channels;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) moved[to + c] = map[from + c];
    }
  }
  return moved;
}

function sourceOf(position: number, length: number, move: number, mirror: boolean): number {
  const inside = Math.min(length - 1, Math.max(0, position - move));
  return mirror ? length - 1 - inside : inside;
}

/** RGB [h, w, 3] in [0, 1] in another light, still in [0, 1]. */
export function relight(image: Float32Array, { gain, offset }: Change): Float32Array {
  return image.map((value, i) => Math.min(1, Math.max(0, value * gain[i % 3] + offset)));
}
