import * as tf from '@tensorflow/tfjs';
import { differentiable } from '../ops/op.ts';

/**
 * Bilinear resampling: the value of each picture [b, h, w, c] at q places of its own [b, q, 2], each a column x and a
 * row y in pixels, whole numbers being pixel centres. A place between pixels mixes its four neighbours; beyond the edge
 * the outermost pixel goes on (our choice: padding would bring in a value that no map has). Gives [b, q, c].
 *
 * One op: four gathered rows times their shares. Its gradient, for the pictures only, adds each value's gradient to its
 * four neighbours, by the same shares.
 */
export function resample(pictures: tf.Tensor4D, places: tf.Tensor3D): tf.Tensor3D {
  const [b, h, w, c] = pictures.shape;
  const q = places.shape[1];
  return differentiable(
    { pictures },
    (save) => {
      const { rows, shares } = neighbours(places, { images: b, height: h, width: w });
      save([rows, shares]);
      const found = tf.gather(pictures.reshape([b * h * w, c]), rows).reshape([b, q, 4, c]);
      return tf.sum(tf.mul(found, shares), 2);
    },
    (dy, [rows, shares]) => ({
      pictures: () => {
        const parts = tf.mul(dy.reshape([b, q, 1, c]), shares).reshape([-1, c]);
        return tf.scatterND(rows.reshape([-1, 1]), parts, [b * h * w, c]).reshape([b, h, w, c]);
      },
    }),
  ) as tf.Tensor3D;
}

/** Rows of the flat pictures next to each place, [b · q · 4], and the share that each of them has, [b, q, 4, 1]. */
function neighbours(places: tf.Tensor3D, size: { images: number; height: number; width: number }) {
  const [x, y] = tf.split(places, 2, 2); // [b, q, 1] each
  const across = between(x, size.width);
  const down = between(y, size.height);
  const first = tf.mul(tf.range(0, size.images, 1, 'int32'), tf.scalar(size.height * size.width, 'int32')); // [b]
  const row = (column: tf.Tensor, line: tf.Tensor): tf.Tensor =>
    tf.add(first.reshape([-1, 1, 1]), tf.add(tf.mul(line, tf.scalar(size.width, 'int32')), column));
  const corners = [
    [across.low, down.low, tf.mul(tf.sub(1, across.share), tf.sub(1, down.share))],
    [across.high, down.low, tf.mul(across.share, tf.sub(1, down.share))],
    [across.low, down.high, tf.mul(tf.sub(1, across.share), down.share)],
    [across.high, down.high, tf.mul(across.share, down.share)],
  ];
  const rows = tf.concat(
    corners.map(([column, line]) => row(column, line)),
    2,
  );
  const shares = tf.concat(
    corners.map(([, , share]) => share),
    2,
  );
  return { rows: rows.flatten(), shares: tf.expandDims(shares, 3) };
}

/** The pixels on both sides of a place on one axis, and the share of the higher one. */
function between(place: tf.Tensor, size: number) {
  const inside = tf.clipByValue(place, 0, size - 1);
  const low = tf.floor(inside);
  const high = tf.minimum(tf.add(low, 1), size - 1);
  return { low: tf.cast(low, 'int32'), high: tf.cast(high, 'int32'), share: tf.sub(inside, low) };
}
