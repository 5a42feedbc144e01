import * as tf from '@tensorflow/tfjs';
import { detached } from '../layers/detached.ts';
import type { Span } from '../ops/crop.ts';
import type { Random } from '../random.ts';

/** A rectangle for each image of a batch, in pixels. */
export interface Region {
  readonly rows: Span;
  readonly columns: Span;
}

/**
 * The square around what the mask outlines: centre of the bounding box of mask > 0.5, half-side `margin` times the box's
 * longer side; it may reach beyond the image. An empty mask gives the whole image. mask [b, h, w, 1]
 */
export function squareAround(mask: tf.Tensor4D, margin: number): Region {
  const [batch, height, width] = mask.shape;
  const inside = detached(mask).reshape<tf.Tensor3D>([batch, height, width]).greater(0.5);
  const [rows, columns] = [extent(inside.any(2)), extent(inside.any(1))];
  const half = tf.maximum(lengthOf(rows), lengthOf(columns)).mul(margin);
  const empty = lengthOf(rows).lessEqual(0);
  const around = (span: Span, whole: number): Span => {
    const centre: tf.Tensor1D = span.from.add(span.to).div(2);
    return {
      from: tf.where(empty, tf.zerosLike(centre), centre.sub(half)) as tf.Tensor1D,
      to: tf.where(empty, tf.fill([batch], whole), centre.add(half)) as tf.Tensor1D,
    };
  };
  return { rows: around(rows, height), columns: around(columns, width) };
}

/** From the first place that is taken to behind the last; of negative length where none is. taken [b, n] */
function extent(taken: tf.Tensor): Span {
  const [batch, n] = taken.shape;
  const place = tf.range(0, n).reshape([1, n]).tile([batch, 1]);
  return {
    from: tf.where(taken, place, tf.fill([batch, n], n)).min(1),
    to: tf.where(taken, place.add(1), tf.zeros([batch, n])).max(1),
  };
}

const lengthOf = ({ from, to }: Span): tf.Tensor1D => to.sub(from);

/** The region with each of its four sides moved by up to `share` of its half-side, as the stream draws it. */
export function jittered({ rows, columns }: Region, random: Random, share: number): Region {
  const moved = (span: Span): Span => {
    const reach = lengthOf(span).mul(share / 2);
    const draws = (): number[] => Array.from({ length: span.from.size }, () => 2 * random() - 1);
    const move = (): tf.Tensor1D => reach.mul(tf.tensor1d(draws()));
    return { from: span.from.add(move()), to: span.to.add(move()) };
  };
  return { rows: moved(rows), columns: moved(columns) };
}
