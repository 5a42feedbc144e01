import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { detached } from '../layers/detached.ts';
import { normalizeImage } from '../layers/image-normalization.ts';
import { checkNetworkInput, type NetworkInput } from '../layers/network.ts';
import { demoResnet, resnetConfig } from '../layers/resnet.ts';
import { withKept } from '../layers/shifted-weights.ts';
import { createWeights } from '../layers/weights.ts';
import { diagnosisLoss, weightedBce, type DiagnosisTarget } from '../losses/diagnosis-loss.ts';
import type { Losses } from '../losses/losses.ts';
import { sigmoid } from '../ops/sigmoid.ts';
import { learnDiagnosis } from './by-diagnosis-loss.ts';
import type { DiagnosisNetwork, GradientDiagnosisModel } from './diagnosis-model.ts';
import { implicitMap } from './implicit-map.ts';
import { implicitTeacher, teacherConfig } from './implicit-teacher.ts';
import { metaDerivative } from './meta-step.ts';
import { residualClassifier } from './residual-classifier.ts';

const rate = z.number().gt(0);
const epoch = z.int().min(0);

const config = z.strictObject({
  resnet: resnetConfig.prefault({}).meta({
    description: 'The student.',
    source: 'The paper uses ResNet50 for every network.',
  }),
  map: z.int().min(1).default(256).meta({
    description: "Width of the convolution before the student's implicit map.",
    source: "The authors' code.",
    unit: 'channels',
  }),
  teacher: teacherConfig.prefault({}).meta({
    description: 'The teacher, which sees image, mask and label.',
    source: "MobileNetV2's stages, as in the authors' code.",
  }),
  virtualRates: z.tuple([rate, rate, rate]).default([3e-4, 1e-4, 1e-5]).meta({
    description: "Learning rate η of the student's virtual step, in three phases of the training.",
    source: "The authors' code.",
    unit: null,
  }),
  virtualEpochs: z.tuple([epoch, epoch]).default([15, 40]).meta({
    description: 'Last epochs of the first two phases.',
    source: "The authors' code.",
    unit: 'epochs',
  }),
});
export type DlSslConfig = z.infer<typeof config>;

/**
 * DL-SSL: a student learns from a teacher what to see in an image. The student gives a diagnosis and an implicit map; the
 * teacher, who sees image, mask and label, says what the map should be, and learns to say what makes the student better at
 * labelled images (`metaDerivative`). The mask acts in training alone: asked, the student sees the image.
 * image [b, h, w, 3] → logit [b]
 *
 * Our own choices: the second half of each batch, another at each epoch, stands in for images without a diagnosis, with the
 * student's own for one, since all are labelled here; teacher and student learn in each step, instead of in turns of an
 * epoch, so that the student is updated as often as other models. Steps that are only tried see the statistics of their batch,
 * as in training, but do not move the kept ones.
 */
export const dlSsl: GradientDiagnosisModel<DlSslConfig, DlSslNetwork> = {
  name: 'dl-ssl',
  task: 'diagnosis',
  training: 'gradient',
  maskUse: () => 'training',
  alignedFeatures: true,
  summary: 'A student network that reads only the image, taught by a network that sees masks in training.',
  citation:
    'Wu, Yu, Chen et al., Leveraging undiagnosed data for glaucoma classification with teacher-student learning, MICCAI ' +
    '2020, 731–740, on ResNet50 (He et al., CVPR 2016); the meta step by finite differences.',
  reconstruction:
    'All images here are labelled, so half of each batch stands in for images without a diagnosis. Teacher ' +
    'and student learn in each step instead of taking turns of an epoch, and the meta step uses finite ' +
    'differences: our choices.',
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
  ],
  config,
  presets: {
    paper: {},
    demo: {
      resnet: demoResnet,
      map: 32,
      teacher: { stem: 4, widths: [4, 4, 4, 8, 12, 20, 40], blocks: [1, 1, 1, 1, 1, 1, 1], top: 160 },
    },
  },
  build,
  learn: (input) =>
    learnDiagnosis(input, ({ image, fused: mask }, target, moment) => {
      const { network } = input;
      if (moment.training) return network.prepareStep({ image, mask, target, epoch: moment.epoch });
      return () => diagnosisLoss(network.apply({ image, mask }, moment), target);
    }),
};

/** What a training step is about: a batch, and the epoch, counted from 1. */
interface StepInput {
  readonly image: tf.Tensor4D;
  readonly mask: tf.Tensor4D;
  readonly target: DiagnosisTarget;
  readonly epoch: number;
}

/** The student is what is asked; how both learn is known where both are built. */
interface DlSslNetwork extends DiagnosisNetwork {
  /** Called outside of the tape: see `Objective`. */
  prepareStep(input: StepInput): () => Losses;
}

const TRAINING = { training: true };

function build(input: NetworkInput, config: DlSslConfig): DlSslNetwork {
  checkNetworkInput(input);
  const { widths } = config.resnet;
  const weights = createWeights(input.seed);
  const classify = residualClassifier(weights.scope('student'), { ...config.resnet, in: 3 });
  const toMap = implicitMap(weights.scope('student/map'), {
    eighth: widths[1],
    sixteenth: widths[2],
    inner: config.map,
  });
  const student = new Map([...weights.trainable]); // what is there before the teacher
  const teach = implicitTeacher(weights.scope('teacher'), {
    ...config.teacher,
    structures: input.structures,
  });

  /** How the teacher's maps of the images without label should change; and those images with the student's guess. */
  function prepareTeacher({ image, mask, target, epoch }: StepInput) {
    const half = Math.ceil(image.shape[0] / 2);
    const [known, unknown] = [image.slice(0, half), image.slice(half)];
    const label: tf.Tensor1D = sigmoid(classify(unknown, TRAINING).logit);
    const asked = { image: unknown, mask: mask.slice(half), label };
    const told = { ...target, diagnosis: target.diagnosis.slice(0, half) };
    const derivative = metaDerivative({
      student,
      maps: () => toMap(classify(unknown, TRAINING).features, TRAINING),
      wanted: teach(asked, TRAINING),
      judge: () => weightedBce(classify(known, TRAINING).logit, told),
      rate: rateAt(config, epoch),
    });
    return { asked, derivative };
  }

  return {
    weights,
    widths,
    apply: ({ image }, mode) => classify(normalizeImage(image), mode),
    prepareStep(input) {
      const step = { ...input, image: normalizeImage(input.image) };
      const { image, mask, target } = step;
      const { wanted, asked, derivative } = withKept([...weights.statistics.values()], () => ({
        wanted: teach({ image, mask, label: target.diagnosis }, TRAINING),
        ...prepareTeacher(step),
      }));
      return () => {
        const output = classify(image, TRAINING);
        const apart = toMap(output.features, TRAINING).sub(wanted).square().mean<tf.Scalar>();
        const teacherLoss = teach(asked, TRAINING).mul(derivative).mean<tf.Scalar>();
        // Only the derivative of the teacher's loss has a meaning: its value would blur the student's.
        const silent = teacherLoss.sub<tf.Scalar>(detached(teacherLoss));
        return { ...diagnosisLoss(output, target), map: apart.add<tf.Scalar>(silent) };
      };
    },
  };
}

function rateAt(
  { virtualRates: [first, second, last], virtualEpochs: [early, late] }: DlSslConfig,
  epoch: number,
): number {
  if (epoch <= early) return first;
  return epoch <= late ? second : last;
}
