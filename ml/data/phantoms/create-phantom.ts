import { createRandom, normal, type Random } from '../../random.ts';
import { contour, rasterise, type Contour } from './contour.ts';
import {
  phantomConfig,
  type Phantom,
  type PhantomCase,
  type PhantomConfig,
  type PhantomLabel,
  type RaterTruth,
  type Split,
} from './phantom.ts';

/** What a modality adds to the common machinery. `Frame` is all of a case that does not follow the shape parameter. */
export interface Scene<Frame> {
  readonly name: string;
  readonly structures: readonly string[];
  readonly raters: readonly RaterTruth[];
  readonly diagnosisNames: readonly [string, string];
  readonly measureName: string;
  /** Position, size, orientation, colours. */
  frame(random: Random): Frame;
  measure(shape: number): number;
  /** Outline of each structure where the parameter reads `shape`; a later structure lies within an earlier one. */
  outlines(frame: Frame, shape: number): readonly Contour[];
  /** The picture; it knows the outlines and never the diagnosis. [size, size, 3] */
  picture(scene: Picture<Frame>, random: Random): Float32Array;
}

export interface Picture<Frame> {
  readonly frame: Frame;
  readonly visible: readonly Contour[];
  readonly truth: readonly Contour[];
  readonly config: PhantomConfig;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export function createPhantom<Frame>(
  scene: Scene<Frame>,
  options: { seed: number; config?: Partial<PhantomConfig> },
): Phantom {
  const config = phantomConfig.parse(options.config ?? {});
  const offset = offsetFor(config);
  const streams =
    (index: number): Streams =>
    (purpose) =>
      createRandom(options.seed, scene.name, index, purpose);
  return {
    height: config.size,
    width: config.size,
    structures: scene.structures,
    raterTruth: scene.raters,
    diagnosisNames: scene.diagnosisNames,
    measureName: scene.measureName,
    length: config.train + config.validation + config.test,
    achievableAuc: aucOfShape(config.steepness, offset),
    label: (index) => label(scene.name, config, index, latent(config, offset, streams(index)).diagnosis),
    case: (index) => createCase(scene, config, latent(config, offset, streams(index)), index, streams(index)),
  };
}

interface Latent {
  readonly shape: number;
  readonly probability: number;
  readonly diagnosis: 0 | 1;
}

/** Everything random about a case comes from streams named by (seed, phantom, index, purpose). */
type Streams = (purpose: string) => Random;

function latent(config: PhantomConfig, offset: number, stream: Streams): Latent {
  const shape = normal(stream('shape'));
  const probability = sigmoid(config.steepness * shape + offset);
  return { shape, probability, diagnosis: stream('diagnosis')() < probability ? 1 : 0 };
}

function label(name: string, config: PhantomConfig, index: number, diagnosis: 0 | 1): PhantomLabel {
  const number = String(index + 1).padStart(5, '0');
  return {
    id: `${name}-${number}`,
    subject: `${name}-subject-${number}`,
    split: splitOf(config, index),
    diagnosis,
  };
}

function createCase<Frame>(
  scene: Scene<Frame>,
  config: PhantomConfig,
  { shape, probability, diagnosis }: Latent,
  index: number,
  stream: Streams,
): PhantomCase {
  const correlation = config.visibleCorrelation;
  const visible = correlation * shape + Math.sqrt(1 - correlation ** 2) * normal(stream('visible edge'));
  const frame = scene.frame(stream('frame'));
  const truth = scene.outlines(frame, shape);
  const picture = { frame, truth, visible: scene.outlines(frame, visible), config };
  return {
    ...label(scene.name, config, index, diagnosis),
    image: scene.picture(picture, stream('picture')),
    masks: scene.raters.map((rater) => {
      const random = stream(`rater ${rater.name}`);
      const drawn = perceived(rater, { shape, visible, correlation }, random);
      return masks(scene.outlines(frame, drawn), config.size, random);
    }),
    truth: { shape, measure: scene.measure(shape), probability, masks: masks(truth, config.size) },
  };
}

interface Edges {
  readonly shape: number;
  readonly visible: number;
  readonly correlation: number;
}

/**
 * The shape that a rater draws. A mixture of two edges varies less than either, and a rater who never draws an extreme
 * is one that a fusion seldom picks, however good: so the mixture is brought back to unit variance, and raters differ in
 * what they follow, not in how far they go.
 */
function perceived(
  { informativeness: a, bias, noise }: RaterTruth,
  { shape, visible, correlation }: Edges,
  random: Random,
): number {
  const b = 1 - a;
  const spread = Math.sqrt(a * a + b * b + 2 * a * b * correlation);
  return (a * shape + b * visible) / spread + bias + noise * normal(random);
}

/** Masks of nested outlines; with a random stream, each drawn with an unsteady hand. */
function masks(outlines: readonly Contour[], size: number, hand?: Random): Uint8Array[] {
  const drawn: Uint8Array[] = [];
  for (const outline of outlines) {
    const outer = drawn.at(-1);
    const mask = rasterise(hand ? unsteady(outline, hand) : outline, size);
    drawn.push(outer ? mask.map((value, i) => value & outer[i]) : mask);
  }
  return drawn;
}

/** Slow waves of about 2 % of the radius and a shift of about half a percent of the side. */
function unsteady(outline: Contour, random: Random): Contour {
  const waves = [2, 3, 4, 5].map((k) => ({ k, size: 0.01 * normal(random), phase: 2 * Math.PI * random() }));
  const [x, y] = [outline.x + 0.004 * normal(random), outline.y + 0.004 * normal(random)];
  let direction = 0;
  return contour(x, y, (angle) => {
    const wave = waves.reduce((sum, { k, size, phase }) => sum + size * Math.cos(k * angle + phase), 0);
    return outline.radii[direction++] * (1 + wave);
  });
}

function splitOf(config: PhantomConfig, index: number): Split {
  const length = config.train + config.validation + config.test;
  if (!Number.isInteger(index) || index < 0 || index >= length) {
    throw new RangeError(`no case ${index}: the phantom has cases 0 to ${length - 1}`);
  }
  if (index < config.train) return 'train';
  return index < config.train + config.validation ? 'validation' : 'test';
}

/** Points and weights of the standard normal density on a fine grid: plain sums are exact enough for smooth functions. */
function* normalGrid(): Generator<{ x: number; weight: number }> {
  const step = 0.01;
  for (let x = -8; x <= 8; x += step) {
    yield { x, weight: (step * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI) };
  }
}

/** The offset at which the mean of sigmoid(steepness · shape + offset) is the prevalence, by bisection. */
function offsetFor(config: PhantomConfig): number {
  let [low, high] = [-20 * config.steepness - 20, 20 * config.steepness + 20];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    let share = 0;
    for (const { x, weight } of normalGrid()) share += weight * sigmoid(config.steepness * x + middle);
    if (share < config.prevalence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(shape of a positive > shape of a negative). */
function aucOfShape(steepness: number, offset: number): number {
  let [negativesBelow, positives, pairs] = [0, 0, 0];
  for (const { x, weight } of normalGrid()) {
    const positive = weight * sigmoid(steepness * x + offset);
    const negative = weight - positive;
    pairs += positive * (negativesBelow + negative / 2);
    negativesBelow += negative;
    positives += positive;
  }
  return pairs / (positives * negativesBelow);
}
