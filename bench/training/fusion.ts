import * as tf from '@tensorflow/tfjs';
import type { Sample } from '../../ml/data/sample.ts';
import { memorySource } from '../../ml/data/memory-source.ts';
import { dlCat } from '../../ml/diagnosis/dl-cat.ts';
import { createBatch, disposeBatch, expertness, fuseBatch } from '../../ml/fusion/df-gt-batch.ts';
import { dfGtExpG, expG } from '../../ml/fusion/df-gt-expg.ts';
import { createMapOptimiser } from '../../ml/fusion/map-optimiser.ts';
import { bceWithLogits } from '../../ml/ops/bce.ts';
import { createRandom, normal } from '../../ml/random.ts';
import { arraysOf, type TrainingCase } from './case.ts';
import { scatterStatistics } from './nets.ts';

const [IMAGES, SIZE, RATERS, STRUCTURES] = [32, 64, 7, 2];

/** One optimisation step of DF-GT with ExpG for 32 images (64×64, seven raters), DL-CAT of the demo as θ. */
export function fusionCase(net: 'fusion' | 'fusion-disputed'): TrainingCase {
  const source = memorySource({
    height: SIZE,
    width: SIZE,
    raters: Array.from({ length: RATERS }, (_, k) => `R${k + 1}`),
    structures: ['disc', 'cup'],
    samples: Array.from({ length: IMAGES }, (_, k) => drawSample(k)),
  });
  const samples = Array.from({ length: IMAGES }, (_, k) => drawSample(k));
  const shape = { height: SIZE, width: SIZE, structures: STRUCTURES, raters: RATERS, seed: 1 };
  const network = dlCat.build(shape, dlCat.config.parse(dlCat.presets.demo));
  scatterStatistics(network.weights);
  const config = dfGtExpG.config.parse(dfGtExpG.presets.demo);
  const maps = expG(config);
  const batch = createBatch(samples, source);
  const target = tf.tensor1d(samples.map(({ diagnosis }) => diagnosis!));
  const initial = maps.initialise({ ...source, images: IMAGES, seed: 1 });
  scatterLastLayer(initial);

  const objective = (parameters: tf.NamedTensorMap) => {
    const weights = expertness(maps.logits(parameters, batch.disputed), batch.absence);
    const input = { image: batch.images, mask: fuseBatch(batch, weights) };
    const { logit } = network.apply(input, { training: false });
    return { logits: logit, losses: bceWithLogits(logit, target) };
  };
  const inputs = {
    image: batch.images,
    target,
    votes: tf.tensor(Float32Array.from(samples.flatMap(({ raterMasks }) => [...raterMasks])), [
      IMAGES,
      SIZE * SIZE,
      RATERS,
      STRUCTURES,
    ]),
    'disputed-coordinates': batch.disputed.coordinates,
    'disputed-votes': batch.votes,
    'disputed-rows': batch.rows.cast('float32'),
    unanimous: batch.unanimous,
  };
  const arrays = new Map([
    ...arraysOf(Object.entries(initial)),
    ...arraysOf([...network.weights.trainable, ...network.weights.statistics], 'diagnosis/'),
    ...arraysOf(Object.entries(inputs), 'input/'),
  ]);
  // Handed over before the optimiser takes the initial values into its keeping.
  const outputs = tf.tidy(() => objective(initial).logits.dataSync<'float32'>());
  const trainable = Object.keys(initial);
  const optimiser = createMapOptimiser(initial, config.learningRate);
  return {
    net,
    learningRate: config.learningRate,
    trainable,
    arrays,
    outputs: () => outputs,
    step() {
      let sum = 0;
      optimiser.step(
        (parameters) => {
          const measured = objective(parameters);
          sum = measured.losses.dataSync<'float32'>().reduce((total, loss) => total + loss, 0);
          return measured;
        },
        { measureOnly: false },
      );
      return sum;
    },
    dispose() {
      optimiser.dispose();
      disposeBatch(batch);
      tf.dispose([target, inputs.votes, inputs['disputed-rows']]);
      network.weights.dispose();
    },
  };
}

/** The last layer starts at zero, where gradients to the others vanish: small values make the comparison say more. */
function scatterLastLayer(parameters: tf.NamedTensorMap): void {
  const last = Object.keys(parameters)
    .filter((name) => name.startsWith('weight-'))
    .at(-1)!;
  const random = createRandom('bench', last);
  const { shape, size } = parameters[last];
  parameters[last].dispose();
  parameters[last] = tf.tensor(
    Float32Array.from({ length: size }, () => 0.05 * normal(random)),
    shape,
  );
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
