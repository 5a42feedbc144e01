import * as tf from '@tensorflow/tfjs';
import { batchedMatMul } from './batched-mat-mul.ts';
import { differentiable } from './op.ts';
import { attribute, raw } from './raw.ts';
import { choose } from './way.ts';

export interface ExpGShape {
  /** Layers, the last one linear. */
  readonly layers: number;
  /** Width of the hidden layers before the activation doubles it. */
  readonly hidden: number;
  readonly raters: number;
}

/** One layer's matrix [in, out] and after it its bias [out], from number `at` on in an image's row of parameters. */
export interface ExpGLayer {
  readonly in: number;
  readonly out: number;
  readonly at: number;
}

/** Places of b images: q of each, of which its count comes first; the rest is padding. */
export interface Places {
  /** [b, q, 2] */
  readonly coordinates: tf.Tensor3D;
  /** [b], int32 */
  readonly counts: tf.Tensor1D;
}

/** Layers of the network from two coordinates to a logit a rater, in the order in which their parameters lie. */
export function expGLayers({ layers, hidden, raters }: ExpGShape): ExpGLayer[] {
  let at = 0;
  return Array.from({ length: layers }, (_, index) => {
    const layer = { in: index === 0 ? 2 : 2 * hidden, out: index === layers - 1 ? raters : hidden, at };
    at += (layer.in + 1) * layer.out;
    return layer;
  });
}

/** Parameters of one image's network. */
export function expGSize(shape: ExpGShape): number {
  const { in: inputs, out, at } = expGLayers(shape).at(-1)!;
  return at + (inputs + 1) * out;
}

/**
 * ExpG's network (Wu et al. 2022, equation 5), one an image: dense layers with the activation of the authors' code between
 * them, u = atan(x): concat(u / 0.67, u² / 0.6). parameters [b, p] at `places` → logits [b, q, raters]; the logits of
 * padding have no gradient, and mean nothing.
 */
export function expG(parameters: tf.Tensor2D, places: Places, shape: ExpGShape): tf.Tensor3D {
  const size = expGSize(shape);
  if (parameters.shape[1] !== size || parameters.shape[0] !== places.coordinates.shape[0]) {
    const wanted = `[${places.coordinates.shape[0]}, ${size}]`;
    throw new RangeError(`expG: parameters [${parameters.shape.join(', ')}] where ${wanted} are needed`);
  }
  return choose({ native: nativeExpG, plain: plainExpG })(parameters, places, shape);
}

function nativeExpG(parameters: tf.Tensor2D, { coordinates, counts }: Places, shape: ExpGShape): tf.Tensor3D {
  const attributes = Object.entries(shape).map(([name, value]) => attribute.int(name, value as number));
  return differentiable(
    { parameters },
    (save) => {
      save([coordinates, counts, parameters]);
      return raw('ConsiliumExpG', attributes, [coordinates, counts, parameters]);
    },
    (dy, saved) => ({ parameters: () => raw('ConsiliumExpGGradient', attributes, [dy, ...saved]) }),
  ) as tf.Tensor3D;
}

/** The layers of b images are b matrices in one batched product: [b, q, in] · [b, in, out]. */
function plainExpG(parameters: tf.Tensor2D, { coordinates }: Places, shape: ExpGShape): tf.Tensor3D {
  const b = parameters.shape[0];
  return expGLayers(shape).reduce<tf.Tensor3D>((x, { in: inputs, out, at }, index) => {
    const weight = tf.slice(parameters, [0, at], [b, inputs * out]).reshape<tf.Tensor3D>([b, inputs, out]);
    const bias = tf.slice(parameters, [0, at + inputs * out], [b, out]).reshape([b, 1, out]);
    const y = tf.add<tf.Tensor3D>(batchedMatMul(x, weight), bias);
    return index === shape.layers - 1 ? y : atanComposite(y);
  }, coordinates);
}

// Scales of the authors' activation (paper.md, 3.1): they bring both halves near unit variance.
const [FIRST, SECOND] = [0.67, 0.6];

/** [b, q, c] → [b, q, 2c] */
function atanComposite(x: tf.Tensor3D): tf.Tensor3D {
  const u = tf.atan<tf.Tensor3D>(x);
  return tf.concat([tf.div<tf.Tensor3D>(u, FIRST), tf.div<tf.Tensor3D>(tf.square(u), SECOND)], -1);
}
