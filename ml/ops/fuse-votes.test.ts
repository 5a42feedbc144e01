import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { largestDifference, randomTensor } from './finite-differences.ts';
import { fuseVotes, type DisputedVotes } from './fuse-votes.ts';
import { availableWays, withWay } from './way.ts';
import { expectNoLeak, expectRight } from './ways.test-helper.ts';

beforeAll(() => loadBackend());

/**
 * Two images of 2 × 2 pixels with three raters and two structures. Of the first, pixels 1 and 3 are disputed; of the second
 * pixel 2, and what follows is padding. The third rater skipped the second image, the second its second structure.
 */
const votes = (): DisputedVotes => ({
  absence: tf.tensor3d([0, 0, 0, 0, 0, -1e9], [2, 1, 3]),
  votes: tf.tensor4d([1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [2, 2, 3, 2]),
  annotated: tf.tensor4d([1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0], [2, 1, 3, 2]),
  rows: tf.tensor1d([1, 3, 6, 8], 'int32'),
  unanimous: tf.tensor4d([1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0], [2, 2, 2, 2]),
});

test('fuses by the softmax of the logits at disputed pixels, and leaves the others', () => {
  const third = Math.log(2); // weights 1/4, 1/4, 1/2
  const logits = tf.tensor3d([0, 0, third, 0, 0, 0, third, 0, 50, 9, 9, 9], [2, 2, 3]);
  for (const way of availableWays()) {
    const fused = withWay(way, () => fuseVotes(logits, votes()).dataSync());
    const expected = [1, 0, 3 / 4, 3 / 4, 1, 1, 1 / 3, 1 / 3, 0, 1, 1, 1, 2 / 3, 1, 0, 0];
    expected.forEach((value, k) => expect([way, k, fused[k]]).toEqual([way, k, expect.closeTo(value, 6)]));
  }
});

test('has the gradients of finite differences, by every way, and leaks nothing', () => {
  const given = votes();
  const logits = randomTensor('logits', [2, 2, 3]);
  expectRight((x) => fuseVotes(x as tf.Tensor3D, given), [logits]);
  expectNoLeak((x) => fuseVotes(x as tf.Tensor3D, given), [logits]);
});

test('a structure whose annotators have no weight left is empty, and pulls at nobody', () => {
  // All weight is the second rater's, who did not annotate the second structure.
  const logits = tf.tensor3d([-200, 200, 0, -200, 200, 0, -200, 200, 0, 0, 0, 0], [2, 2, 3]);
  for (const way of availableWays()) {
    const [fused, pull] = withWay(way, () => {
      const f = (x: tf.Tensor) => fuseVotes(x as tf.Tensor3D, votes());
      return [f(logits).dataSync(), tf.grad(f)(logits).dataSync()];
    });
    expect([fused[12], fused[13]]).toEqual([0, 0]);
    for (const value of pull) expect(Math.abs(value)).toBe(0);
  }
});

test('refuses logits that are not one a disputed pixel and rater', () => {
  expect(() => fuseVotes(tf.zeros([2, 3, 3]), votes())).toThrow(
    'fuseVotes: logits [2, 3, 3] for votes [2, 2, 3, 2]',
  );
});

test('the ways agree on many pixels, of which images have different numbers', () => {
  const [b, q, n, c, side] = [3, 53, 7, 2, 8];
  const counts = [53, 1, 20];
  const random = (key: string, shape: number[]) =>
    tf.tidy(() => randomTensor(key, shape).greater(0).toFloat());
  const given: DisputedVotes = {
    absence: tf.zeros([b, 1, n]),
    votes: random('votes', [b, q, n, c]) as tf.Tensor4D,
    annotated: tf.ones([b, 1, n, c]),
    rows: tf.tensor1d(
      counts.flatMap((count, image) =>
        Array.from({ length: q }, (_, k) => (k < count ? image * side * side + k : b * side * side)),
      ),
      'int32',
    ),
    unanimous: tf.zeros([b, side, side, c]),
  };
  const logits = randomTensor<tf.Tensor3D>('many', [b, q, n]);
  const run = () => {
    const f = (x: tf.Tensor) => fuseVotes(x as tf.Tensor3D, given);
    return [f(logits), tf.grad(f)(logits, randomTensor('dmask', [b, side, side, c]))];
  };
  const plain = withWay('plain', run);
  for (const way of availableWays()) {
    withWay(way, run).forEach((tensor, i) => expect(largestDifference(tensor, plain[i])).toBeLessThan(1e-5));
  }
});
