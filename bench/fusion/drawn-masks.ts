import path from 'node:path';
import { memorySource } from '../../ml/data/memory-source.ts';
import type { SampleSource } from '../../ml/data/sample.ts';
import { createRandom, normal, type Random } from '../../ml/random.ts';
import { writeTensorFile } from '../tensor-file.ts';

export const [RATERS, SIZE] = [7, 256];
const PIXELS = SIZE * SIZE;

export interface DrawnMasks {
  /** One image, one structure. */
  readonly source: SampleSource;
  /** Raters' masks, 0 or 1: [p, n]. */
  readonly masks: Uint8Array;
}

/**
 * Seven raters of one image, 256×256: the outline is an ellipse that each of them draws with a centre, size, turn and
 * waviness of his own, and each marks 0.5 to 3.5 % of all pixels wrongly, so that nearly all vote patterns occur and
 * nothing is certain.
 */
export function drawMasks(): DrawnMasks {
  const masks = new Uint8Array(PIXELS * RATERS);
  for (let rater = 0; rater < RATERS; rater++) {
    const random = createRandom('bench', 'masks', rater);
    const isInside = drawOutline(random);
    const wrong = 0.005 * (rater + 1);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const inside = isInside(pixel % SIZE, Math.floor(pixel / SIZE));
      masks[pixel * RATERS + rater] = inside !== random() < wrong ? 1 : 0;
    }
  }
  const sample = {
    id: 'drawn',
    image: new Float32Array(PIXELS * 3),
    raterMasks: masks,
    annotated: new Uint8Array(RATERS).fill(1),
    diagnosis: null,
  };
  const raters = Array.from({ length: RATERS }, (_, k) => `R${k + 1}`);
  const source = memorySource({
    height: SIZE,
    width: SIZE,
    raters,
    structures: ['lesion'],
    samples: [sample],
  });
  return { source, masks };
}

function drawOutline(random: Random): (x: number, y: number) => boolean {
  const [left, top] = [128 + 4 * normal(random), 124 + 4 * normal(random)];
  const [a, b] = [70 + 5 * normal(random), 52 + 5 * normal(random)];
  const turn = 0.4 + 0.1 * normal(random);
  const [waves, phase] = [0.04 * normal(random), 2 * Math.PI * random()];
  return (x, y) => {
    const [dx, dy] = [x - left, y - top];
    const u = (dx * Math.cos(turn) + dy * Math.sin(turn)) / a;
    const v = (dy * Math.cos(turn) - dx * Math.sin(turn)) / b;
    return Math.hypot(u, v) < 1 + waves * Math.sin(5 * Math.atan2(v, u) + phase);
  };
}

/** Writes them where the peer reads them; the file's name. */
export async function writeMasks({ masks }: DrawnMasks, folder: string): Promise<string> {
  const file = path.join(folder, 'masks.bin');
  const array = { shape: [SIZE, SIZE, RATERS], values: Float32Array.from(masks) };
  await writeTensorFile(file, new Map([['masks', array]]));
  return file;
}
