import { memorySource } from '../ml/data/memory-source.ts';
import type { Sample, SampleSource } from '../ml/data/sample.ts';
import { dlCat } from '../ml/diagnosis/dl-cat.ts';
import type { DiagnosisNetwork } from '../ml/diagnosis/diagnosis-model.ts';
import { createRandom, normal } from '../ml/random.ts';
import { scatterStatistics } from './training/nets.ts';

const [SIZE, RATERS, STRUCTURES] = [64, 7, 2];

/** Images of 64×64 with a disc and a cup, drawn by seven raters. */
export function drawDiscs(images: number): { source: SampleSource; samples: Sample[] } {
  const samples = Array.from({ length: images }, (_, k) => drawSample(k));
  const raters = Array.from({ length: RATERS }, (_, k) => `R${k + 1}`);
  const source = memorySource({ height: SIZE, width: SIZE, raters, structures: ['disc', 'cup'], samples });
  return { source, samples };
}

/** The demo's DL-CAT for these images, untrained: θ of DF-GT. */
export function frozenDlCat(): DiagnosisNetwork {
  const shape = { height: SIZE, width: SIZE, structures: STRUCTURES, raters: RATERS, seed: 1 };
  const network = dlCat.build(shape, dlCat.config.parse(dlCat.presets.demo));
  scatterStatistics(network.weights);
  return network;
}

/** A noisy image with a disc and a cup in it, drawn by each rater with a size and a centre of his own. */
function drawSample(index: number): Sample {
  const random = createRandom('bench', 'sample', index);
  const image = Float32Array.from({ length: SIZE * SIZE * 3 }, () => random());
  const raterMasks = new Uint8Array(SIZE * SIZE * RATERS * STRUCTURES);
  for (let rater = 0; rater < RATERS; rater++) {
    const [x, y] = [32 + 2 * normal(random), 32 + 2 * normal(random)];
    const disc = 20 + 1.5 * normal(random);
    const radii = [disc, disc * (0.5 + 0.06 * normal(random))];
    for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
      const distance = Math.hypot((pixel % SIZE) - x, Math.floor(pixel / SIZE) - y);
      radii.forEach((radius, k) => {
        raterMasks[(pixel * RATERS + rater) * STRUCTURES + k] = distance < radius ? 1 : 0;
      });
    }
  }
  const annotated = new Uint8Array(RATERS * STRUCTURES).fill(1);
  return { id: `image-${index}`, image, raterMasks, annotated, diagnosis: index % 2 === 0 ? 0 : 1 };
}
