import * as tf from '@tensorflow/tfjs';
import { createBatch, disposeBatch } from '../../ml/fusion/df-gt-batch.ts';
import { dfGtExpG, expGMaps } from '../../ml/fusion/df-gt-expg.ts';
import { createMapOptimiser } from '../../ml/fusion/map-optimiser.ts';
import { bceWithLogits } from '../../ml/ops/bce.ts';
import { expGLayers, type ExpGShape } from '../../ml/ops/expg.ts';
import { fuseVotes } from '../../ml/ops/fuse-votes.ts';
import { createRandom, normal } from '../../ml/random.ts';
import { drawDiscs, frozenDlCat } from '../discs.ts';
import { arraysOf, type TrainingCase } from './case.ts';

const IMAGES = 32;

/** One optimisation step of DF-GT with ExpG for 32 images (64×64, seven raters), DL-CAT of the demo as θ. */
export function fusionCase(net: 'fusion' | 'fusion-disputed' | 'fusion-one-by-one'): TrainingCase {
  const { source, samples } = drawDiscs(IMAGES);
  const network = frozenDlCat();
  const config = dfGtExpG.config.parse(dfGtExpG.presets.demo);
  const maps = expGMaps(config);
  const batch = createBatch(samples, source);
  const target = tf.tensor1d(samples.map(({ diagnosis }) => diagnosis!));
  const initial = { network: startOf(maps.initialise({ ...source, images: IMAGES, seed: 1 }).network) };
  const layers = layersOf(initial.network, { ...config, raters: source.raters.length });

  const objective = (parameters: tf.NamedTensorMap) => {
    const input = {
      image: batch.images,
      mask: fuseVotes(maps.logits(parameters, batch.disputed), batch.votes),
    };
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
    'disputed-votes': batch.votes.votes,
    'disputed-rows': batch.votes.rows.cast('float32'),
    unanimous: batch.votes.unanimous,
  };
  const arrays = new Map([
    ...arraysOf(layers),
    ...arraysOf([...network.weights.trainable, ...network.weights.statistics], 'diagnosis/'),
    ...arraysOf(Object.entries(inputs), 'input/'),
  ]);
  // Handed over before the optimiser takes the initial values into its keeping.
  const outputs = tf.tidy(() => objective(initial).logits.dataSync<'float32'>());
  const trainable = layers.map(([name]) => name);
  tf.dispose(layers.map(([, tensor]) => tensor));
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
function startOf(network: tf.Tensor): tf.Tensor2D {
  const random = createRandom('bench', 'expg');
  const values = network.dataSync<'float32'>().map((value) => (value === 0 ? 0.05 * normal(random) : value));
  const { shape } = network;
  network.dispose();
  return tf.tensor2d(values, shape as [number, number]);
}

/** The layers as the peer holds them: weight-0 [b, in, out], bias-0 [b, 1, out], … */
function layersOf(network: tf.Tensor2D, shape: ExpGShape): [string, tf.Tensor][] {
  return expGLayers(shape).flatMap(({ in: inputs, out, at }, k) => [
    [`weight-${k}`, tf.slice(network, [0, at], [-1, inputs * out]).reshape([-1, inputs, out])],
    [`bias-${k}`, tf.slice(network, [0, at + inputs * out], [-1, out]).reshape([-1, 1, out])],
  ]);
}
