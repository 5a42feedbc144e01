import { z } from 'zod';
import type { Method } from '../../method.ts';

export type Split = 'train' | 'validation' | 'test';

/**
 * How a simulated rater draws. The shape that the rater outlines has the parameter
 *   (informativeness · true + (1 − informativeness) · visible) / spread + bias + noise · (a fresh standard normal draw),
 * in standard deviations of the true parameter; `spread` brings the mixture back to unit variance.
 */
export interface RaterTruth {
  readonly name: string;
  /** 1 draws the true outline, 0 the visible edge, which says little about the diagnosis. */
  readonly informativeness: number;
  readonly bias: number;
  readonly noise: number;
}

export interface PhantomTruth {
  /** The latent shape parameter, standard normal over cases; the diagnosis depends on nothing else. */
  readonly shape: number;
  /** The same in the units of the modality (for instance the vertical cup-to-disc ratio). */
  readonly measure: number;
  /** P(diagnosis = 1 | shape). */
  readonly probability: number;
  /** The true outline of each structure: [C] masks of [h, w], 0 or 1. */
  readonly masks: readonly Uint8Array[];
}

/** What is known of a case before its picture is made. */
export interface PhantomLabel {
  readonly id: string;
  readonly subject: string;
  readonly split: Split;
  readonly diagnosis: 0 | 1;
}

export interface PhantomCase extends PhantomLabel {
  /** RGB in [0, 1], multiples of 1/255: [h, w, 3]. */
  readonly image: Float32Array;
  /** [n][C] masks of [h, w], 0 or 1. */
  readonly masks: readonly (readonly Uint8Array[])[];
  readonly truth: PhantomTruth;
}

/** A phantom dataset: cases are made one at a time, each from (seed, index) alone. */
export interface Phantom {
  readonly height: number;
  readonly width: number;
  readonly structures: readonly string[];
  readonly raterTruth: readonly RaterTruth[];
  /** Names of the diagnosis values 0 and 1. */
  readonly diagnosisNames: readonly [string, string];
  /** What `truth.measure` is. */
  readonly measureName: string;
  readonly length: number;
  /** AUC of the latent parameter itself: no masks and no model can do better in expectation. */
  readonly achievableAuc: number;
  /** The label alone: thousands of times cheaper than the case. */
  label(index: number): PhantomLabel;
  case(index: number): PhantomCase;
}

export const phantomConfig = z.strictObject({
  size: z.int().min(16).max(2048).default(64).meta({
    description: 'Side of the square images.',
    source: 'The size used by the demo presets.',
    unit: 'pixels',
  }),
  train: z.int().min(0).default(160).meta({
    description: 'Training images. Indices run through train, validation and test in this order.',
    source: 'As in the demo.',
    unit: 'images',
  }),
  validation: z.int().min(0).default(40).meta({
    description: 'Validation images.',
    source: 'As in the demo.',
    unit: 'images',
  }),
  test: z.int().min(0).default(100).meta({
    description: 'Test images.',
    source: 'As in the demo: enough for a usable interval.',
    unit: 'images',
  }),
  prevalence: z.number().gt(0).lt(1).default(0.5).meta({
    description: 'Share of images with diagnosis 1.',
    source: 'Half, so that 100 test images give a usable interval; REFUGE-2 has 0.1.',
    unit: null,
  }),
  steepness: z.number().positive().default(4).meta({
    description: 'Steepness of P(diagnosis = 1 | shape) = sigmoid(steepness · shape + offset).',
    source:
      'Sets the AUC of the shape itself to 0.95, so even the best masks leave errors, as with real disease.',
    unit: null,
  }),
  visibleCorrelation: z.number().min(0).max(1).default(0.3).meta({
    description: 'Correlation of the visible edge with the true shape.',
    source: 'Sets the AUC of the visible edge to about 0.6.',
    unit: null,
  }),
  ambiguity: z.number().positive().max(0.5).default(0.05).meta({
    description: 'Width of the transition across an edge.',
    source: 'Three pixels out of 64.',
    unit: 'image sides',
  }),
  trueEdge: z.number().min(0).max(1).default(0.25).meta({
    description:
      'Contrast of the true edge relative to the visible one; 0 hides the true outline from the image.',
    source: 'Our choice: faint but learnable.',
    unit: null,
  }),
});
export type PhantomConfig = z.infer<typeof phantomConfig>;

/** `paper`: image size and counts of its fundus task. */
export const phantomPresets: Readonly<Record<string, Partial<PhantomConfig>>> = {
  paper: { size: 256, train: 400, validation: 400, test: 400, prevalence: 0.1 },
  demo: {},
};

export interface PhantomMethod extends Method<PhantomConfig> {
  readonly modality: string;
  create(options: { seed: number; config?: Partial<PhantomConfig> }): Phantom;
}
