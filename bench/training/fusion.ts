import * as tf from '@tensorflow/tfjs';
import { createBatch, disposeBatch, expertness, fuseBatch } from '../../ml/fusion/df-gt-batch.ts';
import { dfGtExpG, expG } from '../../ml/fusion/df-gt-expg.ts';
import { createMapOptimiser } from '../../ml/fusion/map-optimiser.ts';
import { bceWithLogits } from '../../ml/ops/bce.ts';
import { createRandom, normal } from '../../ml/random.ts';
import { drawDiscs, frozenDlCat } from '../discs.ts';
import { arraysOf, type TrainingCase } from './case.ts';

const IMAGES = 32;

/** One optimisation step of DF-GT with ExpG for 32 images (64×64, seven raters), DL-CAT of the demo as θ. */
export function fusionCase(net: 'fusion' | 'fusion-disputed'): TrainingCase {
  const { source, samples } = drawDiscs(IMAGES);
  const network = frozenDlCat();
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
      source.height * source.width,
      source.raters.length,
      source.structures.length,
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
