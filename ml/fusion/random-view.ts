import * as tf from '@tensorflow/tfjs';
import { integer, type Random } from '../random.ts';

/** A picture seen moved, scaled, turned and moved again about its middle. Pixels of a picture 256 high; degrees. */
export interface View {
  readonly before: readonly [number, number];
  readonly scale: number;
  readonly degrees: number;
  readonly after: readonly [number, number];
}

/** What a view is drawn from. */
interface ViewRange {
  /** Pixels of a picture 256 high over which the first and the second movement are spread. */
  readonly jitter: readonly [number, number];
  readonly scales: readonly number[];
  readonly degrees: readonly number[];
}

const whole = (from: number, count: number): number[] => Array.from({ length: count }, (_, k) => from + k);

/**
 * The ranges of feature visualisation (Olah et al., Feature Visualization, Distill 2017, and its library lucid), which
 * the authors' code takes over. `light` is lucid's standard, with five more zeros among the angles.
 */
export const VIEW_RANGES = {
  light: {
    jitter: [8, 4],
    scales: whole(0, 11).map((k) => 1 + (k - 5) / 50),
    degrees: [...whole(-10, 21), 0, 0, 0, 0, 0],
  },
  strong: {
    jitter: [16, 4],
    scales: whole(0, 40).map((k) => 0.8 + k / 100),
    degrees: [...whole(-10, 20), ...whole(-5, 10), ...whole(0, 10).flatMap(() => whole(-2, 4))],
  },
} satisfies Record<string, ViewRange>;

/** Movements are drawn as fractions of a pixel too: our choice, as the resampling is bilinear. */
export function drawView(random: Random, { jitter, scales, degrees }: ViewRange): View {
  const movement = (width: number) => [width * (random() - 0.5), width * (random() - 0.5)] as const;
  return {
    before: movement(jitter[0]),
    scale: scales[integer(random, scales.length)],
    degrees: degrees[integer(random, degrees.length)],
    after: movement(jitter[1]),
  };
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * Where in the picture a view finds what it shows at each pixel: columns and rows, [b, q, 2].
 * @param coordinates pixels of the view from −√3 to √3, [b, q, 2]
 */
export function viewedPlaces(
  views: readonly View[],
  coordinates: tf.Tensor3D,
  { height, width }: Size,
): tf.Tensor3D {
  return tf.tidy(() => {
    const middle = tf.tensor1d([(width - 1) / 2, (height - 1) / 2]);
    const pixels = tf.mul(coordinates, tf.div(middle, Math.sqrt(3))); // from the middle
    const inverses = views.map((view) => inverse(view, height / 256));
    const matrices = tf.tensor3d(inverses.map(({ matrix }) => matrix)); // [b, 2, 2]
    const shifts = tf.tensor3d(inverses.map(({ shift }) => [shift])); // [b, 1, 2]
    return tf.add(tf.add(tf.matMul(pixels, matrices), shifts), middle);
  });
}

/** The way back from a pixel of the view, as a row vector: p · matrix + shift. */
function inverse({ before, scale, degrees, after }: View, unit: number) {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const matrix = [
    [cos, -sin],
    [sin, cos],
  ];
  const shift = [0, 1].map(
    (axis) => -unit * (after[0] * matrix[0][axis] + after[1] * matrix[1][axis] + before[axis]),
  );
  return { matrix, shift };
}
