import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { createRandom } from '../random.ts';
import { averagePool } from './average-pool.ts';
import { give } from './bridge.ts';
import { detached } from './detached.ts';
import { glorotUniform, heNormal, truncatedNormal } from './initializers.ts';
import { fromTokens, toTokens } from './patch-tokens.ts';
import { positionalEncoding } from './positional-encoding.ts';
import { resnet, resnetConfig, stagesOf } from './resnet.ts';
import { deconvolution } from './up-block.ts';
import { createWeights } from './weights.ts';

beforeAll(async () => {
  await loadBackend();
});

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const variance = (values: Float32Array): number =>
  mean(values.map((value) => value * value)) - mean(values) ** 2;

describe('weights', () => {
  test('draw each its own stream: another weight before them changes nothing', () => {
    const [alone, after] = [createWeights(1), createWeights(1)];
    after.add('first', [3], heNormal(1));
    const read = (weights: ReturnType<typeof createWeights>) =>
      weights.scope('block').add('filter', [3, 3, 2, 2], heNormal()).dataSync();
    expect(read(alone)).toEqual(read(after));
    expect([...after.trainable.keys()]).toEqual(['first', 'block/filter']);
    [alone, after].forEach((weights) => weights.dispose());
  });

  test('refuse a name twice', () => {
    const weights = createWeights(1);
    weights.addStatistic('mean', [2], 0);
    expect(() => weights.add('mean', [2], heNormal(1))).toThrow(/two weights are named 'mean'/);
    weights.dispose();
  });

  // 40,000 draws: the standard error of a variance is 0.7 % of it, four of them 3 %.
  test.each([
    ['He', heNormal(), 2 / (9 * 10)],
    ['Glorot', glorotUniform(), 2 / (9 * 10 + 9 * 400)],
    // Variance of a standard normal cut at ±2: 1 − 4φ(2) / (2Φ(2) − 1) = 0.7737.
    ['truncated normal', truncatedNormal(0.1), 0.007737],
  ])('%s draws have the published variance', (_, initializer, expected) => {
    const values = initializer([3, 3, 10, 400], createRandom(3));
    expect(Math.abs(variance(values) / expected - 1)).toBeLessThan(0.03);
  });
});

describe('ResNet', () => {
  // torchvision's resnet18 and resnet50 have 11,689,512 and 25,557,032 parameters, less their last layers' 513,000 and
  // 2,049,000.
  test.each([
    ['ResNet18', { block: 'basic', widths: [64, 128, 256, 512], blocks: [2, 2, 2, 2] }, 11_176_512],
    ['ResNet50', {}, 23_508_032],
  ])('%s has as many parameters as torchvision’s', (_, settings, expected) => {
    const weights = createWeights(1);
    // Zero instead of drawn values: only their number matters here.
    resnet(undrawn(weights), { ...resnetConfig.parse(settings), in: 3 });
    expect([...weights.trainable.values()].reduce((sum, { size }) => sum + size, 0)).toBe(expected);
    weights.dispose();
  });

  test('halves the image five times and keeps the asked widths', () => {
    const weights = createWeights(1);
    const net = resnet(weights, {
      ...resnetConfig.parse({ stem: 3, widths: [4, 8, 12, 16], blocks: [1, 2, 1, 1] }),
      in: 2,
    });
    tf.tidy(() => {
      const stem = net.stem(tf.ones([1, 64, 32, 2]), { training: false });
      expect(stem.shape).toEqual([1, 32, 16, 3]);
      const shapes = stagesOf(net, stem, { training: false }).map(({ shape }) => shape);
      expect(shapes).toEqual([[1, 16, 8, 4], [1, 8, 4, 8], [1, 4, 2, 12], [1, 2, 1, 16]]); // prettier-ignore
    });
    weights.dispose();
  });
});

const undrawn = (weights: ReturnType<typeof createWeights>): ReturnType<typeof createWeights> => ({
  ...weights,
  add: (name, shape) => weights.add(name, shape, (s) => new Float32Array(s.reduce((a, b) => a * b, 1))),
  scope: (name) => undrawn(weights.scope(name)),
});

test('a deconvolution begins as a plain enlargement: the four pixels of each square are alike', () => {
  tf.tidy(() => {
    const weights = createWeights(1);
    const enlarge = deconvolution(weights, { in: 3, out: 2 });
    const map = tf.randomUniform<tf.Rank.R4>([1, 4, 5, 3], -1, 1, 'float32', 1);
    const large = enlarge(map);
    const nearest = tf.image.resizeNearestNeighbor(averagePool(large, 2), [8, 10]);
    expect(large.sub(nearest).abs().max().dataSync()[0]).toBeLessThan(1e-6); // float32 rounding of a mean of four
    weights.dispose();
  });
});

describe('patch tokens', () => {
  test('hold the pixels of their square, row by row', () => {
    tf.tidy(() => {
      const map = tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 4, 1]);
      expect(toTokens(map, 2).arraySync()).toEqual([[[[0, 1, 4, 5], [2, 3, 6, 7]]]]); // prettier-ignore
    });
  });

  test.each([1, 2])('become the same map again at patch %i', (patch) => {
    tf.tidy(() => {
      const map: tf.Tensor4D = tf.range(0, 2 * 4 * 6 * 3).reshape([2, 4, 6, 3]);
      expect(fromTokens(toTokens(map, patch), patch).arraySync()).toEqual(map.arraySync());
    });
  });

  test('refuse a patch that does not divide the map', () => {
    tf.tidy(() => expect(() => toTokens(tf.zeros([1, 4, 6, 1]), 4)).toThrow(/4 × 6 pixels: received 4/));
  });
});

test('positional encoding has the row in the first half and the column in the second', () => {
  const encoding = positionalEncoding(2, 4, 8);
  const at = (token: number) => [...encoding.slice(token * 8, token * 8 + 8)];
  const wave = (turn: number) => {
    const angle = 2 * Math.PI * turn;
    return [Math.sin(angle), Math.cos(angle), Math.sin(angle / 100), Math.cos(angle / 100)]; // temperature^(2/4) = 100
  };
  at(0).forEach((value, i) => expect(value).toBeCloseTo([...wave(1 / 2), ...wave(1 / 4)][i], 6));
  at(6).forEach((value, i) => expect(value).toBeCloseTo([...wave(2 / 2), ...wave(3 / 4)][i], 6));
});

test('average pooling is the mean of each square, and shares its gradient among the square', () => {
  tf.tidy(() => {
    const map = tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 4, 1]);
    expect(averagePool(map, 2).arraySync()).toEqual([[[[2.5], [4.5]]]]);
    const gradient = tf.grad((x) => averagePool(x as tf.Tensor4D, 2).sum())(map);
    expect([...gradient.dataSync()]).toEqual(Array.from({ length: 8 }, () => 0.25));
  });
});

test('detached values stop the gradient', () => {
  tf.tidy(() => {
    const x = tf.tensor1d([3]);
    // d/dx of x · detached(x) is x, not 2x.
    expect(
      tf
        .grad((value) => value.mul(detached(value)).sum())(x)
        .dataSync()[0],
    ).toBe(3);
  });
});

/** Equations 6 to 9 in plain numbers, for one image, one head and patches of one pixel. */
function giveByHand(input: {
  asking: number[][];
  read: number[][];
  position: number[][];
  weight: (name: string) => { matrix: number[][]; bias: number[] };
}): number[][] {
  const { asking, read, position, weight } = input;
  const linear = (rows: number[][], name: string): number[][] => {
    const { matrix, bias } = weight(name);
    return rows.map((row) => bias.map((b, j) => row.reduce((sum, x, i) => sum + x * matrix[i][j], b)));
  };
  const plus = (a: number[][], b: number[][]) => a.map((row, i) => row.map((x, j) => x + b[i][j]));
  const query = linear(plus(asking, position), 'query');
  const key = linear(plus(read, position), 'key');
  const value = linear(read, 'value');
  const gathered = query.map((q) => {
    const affinity = key.map((k) =>
      Math.exp(q.reduce((sum, x, i) => sum + x * k[i], 0) / Math.sqrt(q.length)),
    );
    const total = affinity.reduce((a, b) => a + b, 0);
    return value[0].map((_, j) => affinity.reduce((sum, a, i) => sum + (a / total) * value[i][j], 0));
  });
  return linear(
    linear(gathered, 'mlp/first').map((row) => row.map(geluByHand)),
    'mlp/second',
  );
}

/** x · Φ(x), Φ integrated by Simpson's rule. */
function geluByHand(x: number): number {
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  const steps = 1000;
  const h = x / steps;
  let area = density(0) + density(x);
  for (let i = 1; i < steps; i++) area += (i % 2 ? 4 : 2) * density(i * h);
  return x * (0.5 + (area * h) / 3);
}

test('Give computes equations 6 to 9, with an affinity map of tokens by tokens', () => {
  const weights = createWeights(4);
  const [rows, columns, width] = [2, 2, 4];
  const bridge = give(weights, { query: width, value: width, patch: 1, heads: 1, equationsOnly: true });
  const random = createRandom(9);
  const tokens = () =>
    Array.from({ length: rows * columns }, () => Array.from({ length: width }, () => 4 * random() - 2));
  const [asking, read] = [tokens(), tokens()];
  const encoding = positionalEncoding(rows, columns, width);
  const position = asking.map((_, i) => [...encoding.slice(i * width, (i + 1) * width)]);
  const weight = (name: string) => ({
    matrix: weights.trainable.get(`${name}/matrix`)!.arraySync() as number[][],
    bias: (weights.trainable.get(`${name}/bias`)?.arraySync() as number[] | undefined) ?? [0, 0, 0, 0],
  });
  const expected = giveByHand({ asking, read, position, weight }).flat();
  const result = tf.tidy(() => {
    const map = (values: number[][]) => tf.tensor4d(values.flat(), [1, rows, columns, width]);
    return [...bridge(map(asking), map(read)).dataSync()];
  });
  // Sums of sixteen float32 products: some 1e-6 of rounding.
  result.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
  weights.dispose();
});
