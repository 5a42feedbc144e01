import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { checkImage, checkSample } from '../data/memory-source.ts';
import type { Sample } from '../data/sample.ts';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import { bceWithLogits } from '../ops/bce.ts';
import { fuseVotes } from '../ops/fuse-votes.ts';
import { createRandom } from '../random.ts';
import { createBatch, disposeBatch, type DfGtBatch } from './df-gt-batch.ts';
import { fusedSamples } from './df-gt-result.ts';
import type { FuseInput, FusedSample, FusionProgress } from './fusion.ts';
import { createMapOptimiser, type MapOptimiser, type StepValues } from './map-optimiser.ts';
import type { Chance, Parametrisation } from './parametrisation.ts';
import { DivergedError, InputError } from '../errors.ts';

/** Settings that every DF-GT shares, whatever describes its maps. */
export const dfGtConfig = z.strictObject({
  learningRate: z
    .number()
    .positive()
    .default(5e-3)
    .meta({
      description: 'Learning rate of Adam on the map of each image.',
      source:
        "The authors' code. The text says 1e-4 for all (preset paper): 125 such steps leave free logits at the vote, while " +
        'ExpG moves a quarter of the way to another mask (docs/results.md).',
      unit: null,
    }),
  steps: z.int().min(0).max(100_000).default(256).meta({
    description: 'Steps of Adam for each image.',
    source: "The authors' code; 125 in the text (preset paper).",
    unit: 'steps',
  }),
  objective: z.enum(['bce', 'signedLogit']).default('bce').meta({
    description:
      'What is minimised. bce: −log P(diagnosis). signedLogit: −logit for diagnosis 1, +logit for 0.',
    source: "bce follows the text; signedLogit follows the authors' code.",
  }),
  label: z
    .enum(['given', 'pseudo'])
    .default('given')
    .meta({
      description:
        'The diagnosis for which an image is fused. given: its own, which makes the mask transductive. pseudo: what the ' +
        'diagnosis network predicts from the image and its majority vote, so no label is read; a logit of exactly 0 counts as 0.',
      source: 'given follows the paper; pseudo is our control.',
    }),
  tolerance: z
    .number()
    .nonnegative()
    .max(1)
    .default(0.01)
    .meta({
      description:
        'An image counts as converged if the last tenth of the steps lowered its loss by no more than this share of the total ' +
        'decrease. Every image takes all steps regardless.',
      source: 'Our choice.',
      unit: null,
    }),
  imagesAtOnce: z.int().positive().max(1024).default(8).meta({
    description:
      'Images optimised together. Changes the result only by rounding, which many large steps through a rough network amplify.',
    source: 'Our choice, to bound memory.',
    unit: 'images',
  }),
});
export type DfGtConfig = z.infer<typeof dfGtConfig>;

/** Schedules that every DF-GT shares; the demo preset's rate is that of the parametrisation. */
export const dfGtPresets = {
  // The text of the paper. Adam moves a number by about its step: a free logit by 0.01 in all, so raw maps stay at the
  // majority vote; in ExpG, all numbers of a network move and add up, and its maps leave it.
  paper: { learningRate: 1e-4, steps: 125 },
  // The schedule and objective of the authors' code; what describes the maps stays as in the text.
  'authors-code': { learningRate: 5e-3, steps: 256, objective: 'signedLogit' },
  demo: { steps: 40, imagesAtOnce: 32 },
} satisfies Record<string, Partial<DfGtConfig>>;

/**
 * The presets of a parametrisation. Rates do not compare across them, movement from the vote does: ExpG's demo rate was
 * chosen for smooth maps whose weights rank the raters, the others' for equal movement, on training and validation images
 * of phantoms (ml/cli/df-gt-rates.ts; docs/results.md).
 */
export const presetsAt = (demoRate: number) => ({
  ...dfGtPresets,
  demo: { ...dfGtPresets.demo, learningRate: demoRate },
});

/** What every DF-GT says of itself. */
export const dfGtSpec = {
  citation:
    'Wu et al., Calibrate the inter-observer segmentation uncertainty via diagnosis-first principle, 2022 (arXiv 2208.03016).',
  reconstruction:
    'Equation 4 is printed with a plus sign, which would raise the loss; this descends. The text does not ' +
    'say how several structures are fused: here they share one map a rater. Our choice: each image keeps ' +
    'its best iterate.',
  history: [
    'First version.',
    'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
    'The demo preset has a learning rate for each parametrisation, at which masks move equally far from the vote.',
  ],
  seesLabel: ({ label }: DfGtConfig) => label === 'given',
  needsDiagnosisModel: true,
  diagnosisTraits: ['maskGradient'],
} as const;

/**
 * DF-GT: for each image the expertness m (softmax over raters at every pixel) that minimises the loss L of a frozen
 * diagnosis network θ given the image x and the fused mask, m* = argmin L(θ, x ⊕ Σ s · softmax(m), y).
 * Wu et al. 2022 (arXiv 2208.03016), equations 2 to 5.
 *
 * Equation 4 is printed with a plus sign, m ← m + α ∇L, which would climb the loss that equation 3 minimises. This
 * descends. The loss of a batch is the sum over its images and Adam works number by number, so that images do not
 * touch each other; the best iterate of each image is kept, so that its final loss is never above the vote's.
 *
 * In: images [h, w, 3], masks [h, w, n, C], diagnoses. Out: fused [h, w, C], expertness [h, w, n].
 */
export async function* fuseDiagnosisFirst(
  { source, seed, diagnosisNetwork, signal, config }: FuseInput<DfGtConfig>,
  parametrisation: Parametrisation,
): AsyncGenerator<FusionProgress | FusedSample[]> {
  if (!diagnosisNetwork) throw new InputError('DF-GT needs a diagnosis network: none was given');
  const total = source.ids.length * config.steps;
  for (let from = 0; from < source.ids.length; from += config.imagesAtOnce) {
    signal?.throwIfAborted();
    const count = Math.min(config.imagesAtOnce, source.ids.length - from);
    const samples = await source.read(Array.from({ length: count }, (_, k) => from + k));
    samples.forEach((sample) => {
      checkSample(sample, source);
      checkImage(sample);
    });
    const batch = createBatch(samples, source);
    let labels: tf.Tensor1D | undefined;
    let optimiser: MapOptimiser | undefined;
    try {
      labels = labelsOf(batch, diagnosisNetwork, config);
      const parameters = parametrisation.initialise({ ...source, images: count, seed });
      optimiser = createMapOptimiser(parameters, config.learningRate);
      for (let step = 0; step <= config.steps; step++) {
        // The last round only measures: the parameters that the last step led to are candidates too.
        const last = step === config.steps;
        const chance = parametrisation.usesChance && !last ? chanceOf(samples, seed, step) : undefined;
        const values = optimiser.step((current) => objective(batch, current, labels!), {
          measureOnly: last,
          followed: chance && ((current) => objective(batch, current, labels!, chance)),
        });
        checkFinite(values, samples, step);
        if (!last) yield { done: from * config.steps + count * (step + 1), total };
        await nextTurn();
        signal?.throwIfAborted();
      }
      const optimised = optimiser.result();
      yield fusedSamples({ batch, source, parametrisation, optimised, tolerance: config.tolerance });
    } finally {
      optimiser?.dispose();
      labels?.dispose();
      disposeBatch(batch);
    }
  }

  function objective(batch: DfGtBatch, parameters: tf.NamedTensorMap, labels: tf.Tensor1D, chance?: Chance) {
    const mask = fuseVotes(parametrisation.logits(parameters, batch.disputed, chance), batch.votes);
    const input = { image: batch.images, mask };
    const read = chance && parametrisation.changeInput ? parametrisation.changeInput(input, chance) : input;
    const { logit } = diagnosisNetwork!.apply(read, { training: false });
    const losses = config.objective === 'bce' ? bceWithLogits(logit, labels) : signedLogit(logit, labels);
    return { logits: logit, losses }; // [b] each
  }
}

/** A stream an image and step, named by the image, so that those beside it do not matter. */
function chanceOf(samples: readonly Sample[], seed: number, step: number): Chance {
  return samples.map(({ id }) => createRandom(seed, 'map optimiser', id, step));
}

/** @throws InputError naming image and step: later steps could only carry the damage on. */
function checkFinite({ losses, logits }: StepValues, samples: readonly Sample[], step: number): void {
  for (const [what, values] of Object.entries({ loss: losses, logit: logits })) {
    const image = values.findIndex((value) => !Number.isFinite(value));
    if (image < 0) continue;
    throw new DivergedError(
      `DF-GT: the ${what} of image '${samples[image].id}' is ${values[image]} at step ${step}`,
    );
  }
}

/** −logit where the label is 1, +logit where it is 0. */
function signedLogit(logit: tf.Tensor1D, labels: tf.Tensor1D): tf.Tensor1D {
  return tf.mul<tf.Tensor1D>(logit, tf.sub(1, tf.mul(labels, 2)));
}

/** Lets a cancellation, a heartbeat or a request through between two steps. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The diagnosis that each image is fused for: [b]. */
function labelsOf(batch: DfGtBatch, network: DiagnosisNetwork, { label }: DfGtConfig): tf.Tensor1D {
  if (label === 'pseudo') return pseudoLabels(batch, network);
  const values = batch.samples.map(({ id, diagnosis }) => {
    if (diagnosis !== null) return diagnosis;
    throw new InputError(
      `image '${id}' has no diagnosis: DF-GT reads it, unless its label is set to 'pseudo'`,
    );
  });
  return tf.tensor1d(values);
}

/** What the network says of the images with their majority vote, which no label has touched. */
function pseudoLabels(batch: DfGtBatch, network: DiagnosisNetwork): tf.Tensor1D {
  return tf.tidy(() => {
    const [b, q, n] = batch.votes.votes.shape;
    const input = { image: batch.images, mask: fuseVotes(tf.zeros([b, q, n]), batch.votes) };
    const { logit } = network.apply(input, { training: false });
    return tf.cast<tf.Tensor1D>(tf.greater<tf.Tensor1D>(logit, 0), 'float32');
  });
}
