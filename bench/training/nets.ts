import * as tf from '@tensorflow/tfjs';
import { baselineDia } from '../../ml/diagnosis/baseline-dia.ts';
import { logitLayer } from '../../ml/layers/dense-layer.ts';
import type { NetworkInput } from '../../ml/layers/network.ts';
import { resnet, resnetConfig, stagesOf } from '../../ml/layers/resnet.ts';
import { createWeights, type Weights } from '../../ml/layers/weights.ts';
import { totalOf, type Losses } from '../../ml/losses/losses.ts';
import { segmentationLoss, type SegmentationTarget } from '../../ml/losses/segmentation-loss.ts';
import { createAdam } from '../../ml/ops/adam.ts';
import { meanBce } from '../../ml/ops/bce.ts';
import { globalAveragePool } from '../../ml/ops/global-average-pool.ts';
import { createRandom, normal } from '../../ml/random.ts';
import { baselineSeg } from '../../ml/segmentation/baseline-seg.ts';
import { takeAndGive } from '../../ml/segmentation/take-and-give.ts';
import type {
  SegmentationModel,
  SegmentationNetwork,
  SegmentationOutput,
} from '../../ml/segmentation/segmentation-model.ts';
import { trainStep } from '../../ml/training/train-step.ts';
import { arraysOf, type TrainingCase } from './case.ts';

const LEARNING_RATE = 1e-4;
const DEMO: NetworkInput = { height: 64, width: 64, structures: 2, raters: 7, seed: 1 };

function uniform(key: string, shape: number[]): tf.Tensor {
  const random = createRandom('bench', key);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random()),
    shape,
  );
}

interface CaseInput {
  readonly net: string;
  readonly weights: Weights;
  readonly inputs: Record<string, tf.Tensor>;
  /** Weights of a frozen network, handed over as `diagnosis/…`. */
  readonly frozen?: Weights;
  readonly forward: () => tf.Tensor;
  readonly loss: () => tf.Scalar;
}

function createCase({ net, weights, inputs, frozen, forward, loss }: CaseInput): TrainingCase {
  const adam = createAdam({ learningRate: LEARNING_RATE }, weights.trainable);
  return {
    net,
    learningRate: LEARNING_RATE,
    trainable: [...weights.trainable.keys()],
    arrays: new Map([
      ...arraysOf([...weights.trainable, ...weights.statistics]),
      ...(frozen ? arraysOf([...frozen.trainable, ...frozen.statistics], 'diagnosis/') : []),
      ...arraysOf(Object.entries(inputs), 'input/'),
    ]),
    outputs: () => tf.tidy(() => forward().dataSync<'float32'>()),
    step: () => trainStep(loss, { weights, optimiser: adam, place: 'the benchmark' }),
    dispose() {
      adam.dispose();
      weights.dispose();
      frozen?.dispose();
      tf.dispose(inputs);
    },
  };
}

/** ResNet50 with one logit: batch 8, 128×128, three channels. */
export function resnet50Case(): TrainingCase {
  const weights = createWeights(1);
  const options = resnetConfig.parse({});
  const backbone = resnet(weights.scope('resnet'), { ...options, in: 3 });
  const head = logitLayer(weights.scope('logit'), options.widths[3]);
  const inputs = {
    image: uniform('image', [8, 128, 128, 3]) as tf.Tensor4D,
    target: tf.tensor1d([0, 1, 1, 0, 1, 0, 0, 1]),
  };
  const mode = { training: true };
  const forward = () =>
    head(globalAveragePool(stagesOf(backbone, backbone.stem(inputs.image, mode), mode)[3]));
  const loss = () => meanBce(forward(), inputs.target);
  return createCase({ net: 'classifier', weights, inputs, forward, loss });
}

/** ResUnet at the demo size: 64×64, widths ÷ 8, batch 8. */
export const resunetCase = (): TrainingCase =>
  segmentationCase('resunet', {
    network: baselineSeg.build(DEMO, demoConfig(baselineSeg)),
    loss: segmentationLoss,
  });

/** Take and Give at the demo size, with a frozen Baseline-Dia. */
export function takeAndGiveCase(): TrainingCase {
  const diagnosisNetwork = baselineDia.build(DEMO, baselineDia.config.parse(baselineDia.presets.demo));
  scatterStatistics(diagnosisNetwork.weights);
  const config = demoConfig(takeAndGive);
  return segmentationCase('take-and-give', {
    network: takeAndGive.build({ ...DEMO, diagnosisNetwork }, config),
    loss: (output, target) => segmentationLoss(output, target, config),
    frozen: diagnosisNetwork.weights,
  });
}

const demoConfig = <Config>(model: SegmentationModel<Config>): Config =>
  model.config.parse(model.presets.demo);

interface SegmentationCase {
  readonly network: SegmentationNetwork;
  readonly loss: (output: SegmentationOutput, target: SegmentationTarget) => Losses;
  readonly frozen?: Weights;
}

function segmentationCase(net: string, { network, loss, frozen }: SegmentationCase): TrainingCase {
  const inputs = {
    image: uniform('image', [8, 64, 64, 3]) as tf.Tensor4D,
    target: uniform('target', [8, 64, 64, 2]) as tf.Tensor4D,
  };
  const run = () => network.apply({ image: inputs.image }, { training: true });
  const target = { fused: inputs.target, majority: inputs.target };
  return createCase({
    net,
    weights: network.weights,
    frozen,
    inputs,
    forward: () => run().logits,
    loss: () => totalOf(loss(run(), target)),
  });
}

/** Moving statistics away from 0 and 1, so that equal outputs say something of frozen batch norm. */
export function scatterStatistics({ statistics }: Weights): void {
  for (const [name, variable] of statistics) {
    const random = createRandom('bench', name);
    const value = () => (name.includes('variance') ? 0.5 + random() : 0.2 * normal(random));
    tf.tidy(() =>
      variable.assign(tf.tensor(Float32Array.from({ length: variable.size }, value), variable.shape)),
    );
  }
}
