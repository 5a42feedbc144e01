import type * as tf from '@tensorflow/tfjs';

/** Mean and deviation of ImageNet's RGB values in [0, 1]: the customary scale of images for residual networks. */
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

/** RGB in [0, 1] to roughly zero mean and unit variance: [b, h, w, 3]. */
export function normalizeImage(image: tf.Tensor4D): tf.Tensor4D {
  return image.mul(DEVIATION.map((d) => 1 / d)).add(MEAN.map((mean, i) => -mean / DEVIATION[i]));
}
