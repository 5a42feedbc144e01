import * as tf from '@tensorflow/tfjs';
import { differentiable } from './op.ts';
import { raw } from './raw.ts';
import { scatterRows } from './scatter.ts';
import { softmax } from './softmax.ts';
import { choose } from './way.ts';

/** What raters drew at q disputed pixels of b images, and where these lie. */
export interface DisputedVotes {
  /** Added to every pixel's logits: 0 for a rater who is present, very low for one who is not. [b, 1, n] */
  readonly absence: tf.Tensor3D;
  /** [b, q, n, C] */
  readonly votes: tf.Tensor4D;
  /** Whether the rater annotated the structure in the image: [b, 1, n, C]. */
  readonly annotated: tf.Tensor4D;
  /** Row of each disputed pixel where all pictures lie one after another; of padding b · h · w. [b · q], int32 */
  readonly rows: tf.Tensor1D;
  /** The mask where raters agree, 0 at disputed pixels: [b, h, w, C]. */
  readonly unanimous: tf.Tensor4D;
}

// Where none of those who annotated a structure has any weight, nothing is divided by nothing. Its square, by which the
// gradient divides, is still a number in float32.
const SMALLEST = 1e-12;

/**
 * Fused masks of expertness logits [b, q, n]: G = Σ s · m at the disputed pixels, m the softmax over raters (Wu et al. 2022,
 * equation 2), laid into the unanimous rest. Weights of those who annotated a structure are scaled up to one for it.
 * [b, h, w, C]
 */
export function fuseVotes(logits: tf.Tensor3D, votes: DisputedVotes): tf.Tensor4D {
  const [b, q, n] = votes.votes.shape;
  if (logits.shape.join() !== [b, q, n].join()) {
    throw new RangeError(
      `fuseVotes: logits [${logits.shape.join(', ')}] for votes [${votes.votes.shape.join(', ')}]`,
    );
  }
  return choose({ native: nativeFuse, plain: plainFuse })(logits, votes);
}

function nativeFuse(logits: tf.Tensor3D, { absence, votes, annotated, rows, unanimous }: DisputedVotes) {
  const inputs = [logits, absence, votes, annotated, rows];
  return differentiable(
    { logits },
    (save) => {
      save(inputs);
      return raw('ConsiliumFuseVotes', [], [...inputs, unanimous]);
    },
    (dy, saved) => ({ logits: () => raw('ConsiliumFuseVotesGradient', [], [dy, ...saved]) }),
  ) as tf.Tensor4D;
}

function plainFuse(logits: tf.Tensor3D, { absence, votes, annotated, rows, unanimous }: DisputedVotes) {
  const [b, h, w, c] = unanimous.shape;
  const weights = tf.expandDims<tf.Tensor4D>(softmax(tf.add(logits, absence)), 3); // [b, q, n, 1]
  const inside = tf.sum(tf.mul(votes, weights), 2); // [b, q, C]
  const all = tf.sum(tf.mul(annotated, weights), 2);
  const share = tf.div(inside, tf.maximum(all, SMALLEST)).reshape<tf.Tensor2D>([-1, c]);
  const flat = scatterRows(share, rows, b * h * w + 1);
  return tf.add<tf.Tensor4D>(unanimous, flat.slice([0, 0], [b * h * w, c]).reshape([b, h, w, c]));
}
