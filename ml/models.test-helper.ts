import * as tf from '@tensorflow/tfjs';
import { memorySource } from './data/memory-source.ts';
import type { Sample, SampleSource } from './data/sample.ts';
import type { DiagnosisNetwork } from './diagnosis/diagnosis-model.ts';
import { dlCat } from './diagnosis/dl-cat.ts';
import type { NetworkInput } from './layers/network.ts';
import { configOf } from './method.ts';
import type { GradientModel, Model, TrainedNetwork } from './models.ts';
import { createRandom } from './random.ts';
import { trainingConfig, type TrainingConfig } from './training/training-config.ts';

/** The smallest image that five halvings leave a pixel of. */
export const SIZE = 32;
export const STRUCTURES = ['outer', 'inner'];

export const networkInput = (seed = 1): NetworkInput => ({
  height: SIZE,
  width: SIZE,
  structures: STRUCTURES.length,
  raters: 1,
  seed,
});

export const demoConfig = (model: Model): unknown => configOf<unknown>(model, { preset: 'demo' });

export interface BuiltModel {
  readonly network: TrainedNetwork;
  readonly dispose: () => void;
}

/** The model at its demo size; where it wants a frozen diagnosis network, with one of random weights. */
export function buildModel(
  model: GradientModel,
  seed = 1,
  config: unknown = demoConfig(model),
  raters = 1,
): BuiltModel {
  const input = { ...networkInput(seed), raters };
  if (model.task === 'diagnosis') {
    const network = model.build(input, config);
    return { network, dispose: () => network.weights.dispose() };
  }
  const inner = model.needsDiagnosisModel ? buildDiagnosisNetwork() : undefined;
  const network = model.build({ ...input, diagnosisNetwork: inner }, config);
  return {
    network,
    dispose: () => {
      network.weights.dispose();
      inner?.weights.dispose();
    },
  };
}

function buildDiagnosisNetwork(): DiagnosisNetwork {
  return dlCat.build(networkInput(99), configOf(dlCat, { preset: 'demo' }));
}

/** The network's results for one batch, as plain numbers. */
export function outputOf(
  model: GradientModel,
  network: TrainedNetwork,
  samples: readonly Sample[],
): Float32Array {
  return tf.tidy(() => {
    const stack = (arrays: readonly Float32Array[], channels: number): tf.Tensor4D =>
      tf.stack(arrays.map((array) => tf.tensor3d(array.slice(), [SIZE, SIZE, channels]))) as tf.Tensor4D;
    const image = stack(
      samples.map((sample) => sample.image),
      3,
    );
    const mask = stack(
      samples.map((sample) => sample.fused!),
      STRUCTURES.length,
    );
    const frozen = { training: false };
    const output =
      model.task === 'diagnosis'
        ? (network as DiagnosisNetwork).apply({ image, mask }, frozen).logit
        : (network as Exclude<TrainedNetwork, DiagnosisNetwork>).apply({ image }, frozen).logits;
    return Float32Array.from(output.dataSync<'float32'>());
  });
}

/**
 * Bright squares on a noisy ground: the outer structure is the whole square, the inner one its middle. Diagnosis 1
 * where the inner square is large.
 */
export function createSquares(count: number, seed = 1): SampleSource {
  const samples = Array.from({ length: count }, (_, index) => square(index, seed));
  return memorySource({ height: SIZE, width: SIZE, raters: ['rater'], structures: STRUCTURES, samples });
}

function square(index: number, seed: number): Sample {
  const random = createRandom(seed, 'square', index);
  const diagnosis = (index % 2) as 0 | 1;
  const [top, left] = [4 + Math.floor(random() * 6), 4 + Math.floor(random() * 6)];
  const [outer, inner] = [18, diagnosis === 1 ? 12 : 4];
  const border = (outer - inner) / 2;
  const image = new Float32Array(SIZE * SIZE * 3);
  const fused = new Float32Array(SIZE * SIZE * 2);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const pixel = y * SIZE + x;
      fused[2 * pixel] = inside(y - top, x - left, 0, outer);
      fused[2 * pixel + 1] = inside(y - top, x - left, border, outer - border);
      const light = 0.2 + 0.3 * fused[2 * pixel] + 0.3 * fused[2 * pixel + 1];
      for (let c = 0; c < 3; c++) image[3 * pixel + c] = light + 0.1 * random();
    }
  }
  const raterMasks = Uint8Array.from(fused);
  return { id: `square-${index}`, image, raterMasks, annotated: Uint8Array.of(1, 1), fused, diagnosis };
}

const inside = (y: number, x: number, from: number, to: number): number =>
  y >= from && y < to && x >= from && x < to ? 1 : 0;

/** Short training of small data: every step counts. */
export const quickTraining = (settings: Partial<TrainingConfig> = {}): TrainingConfig =>
  trainingConfig.parse({ epochs: 2, batchSize: 4, learningRate: 3e-3, positiveWeight: 1, ...settings });
