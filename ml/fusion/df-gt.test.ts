import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import { dfGtExpG } from './df-gt-expg.ts';
import { dfGtFourier } from './df-gt-fourier.ts';
import { dfGtRaw } from './df-gt-raw.ts';
import { dfGtTransRob } from './df-gt-transrob.ts';
import type { Fusion } from './fusion.ts';
import { createNetwork, createSource, fuseAll, largestDifference, SIZE } from './fusion-fixtures.ts';
import { majorityVote } from './majority-vote.ts';

beforeAll(async () => {
  await loadBackend();
});

/** Reads nothing but the area of the mask: the larger, the more positive. */
const areaReader: DiagnosisNetwork = {
  weights: undefined as never,
  widths: [],
  apply: ({ mask }) => ({ logit: tf.sub(tf.mul(tf.mean(mask, [1, 2, 3]), 20), 2), features: [] }),
};

const methods = [dfGtExpG, dfGtFourier, dfGtTransRob, dfGtRaw].map(
  (fusion) => [fusion.name, fusion as Fusion] as const,
);

describe.each(methods)('%s', (_, fusion) => {
  test('descends: a network that reads area gives weight to large masks for positives, small ones for negatives', async () => {
    // Raters are ordered by the size of their masks. With equation 4's printed sign every inequality would turn.
    const [positive, negative] = await fuseAll(fusion, {
      source: createSource({ images: 2, structures: 1 }),
      network: areaReader,
      config: { steps: 40 },
    });
    const weights = (index: 0 | 1): number[] =>
      [positive, negative][index].raters.map(({ weight }) => weight);
    expect(weights(0)[2]).toBeGreaterThan(weights(0)[0] + 0.1);
    expect(weights(1)[0]).toBeGreaterThan(weights(1)[2] + 0.1);
    expect(positive.finalLogit!).toBeGreaterThan(positive.initialLogit!);
    expect(negative.finalLogit!).toBeLessThan(negative.initialLogit!);
  });

  test.each(['bce', 'signedLogit'] as const)(
    'never ends above the loss of its start (%s)',
    async (objective) => {
      // A step this large overshoots at once, so only keeping the best iterate can hold the promise.
      const all = await fuseAll(fusion, { source: createSource(), config: { objective, learningRate: 30 } });
      for (const { losses, iterations } of all) {
        expect(iterations).toBe(12);
        expect(losses).toHaveLength(13);
        expect(Math.min(...losses)).toBeLessThanOrEqual(losses[0]);
      }
    },
  );

  test('the fused mask gives the network the final logit that is reported', async () => {
    const source = createSource({ structures: 1 });
    const all = await fuseAll(fusion, { source, network: areaReader });
    for (const { fused, finalLogit } of all) {
      const area = fused.reduce((sum, value) => sum + value, 0) / fused.length;
      expect(20 * area - 2).toBeCloseTo(finalLogit!, 4);
    }
  });

  test('needs a diagnosis, unless it goes by the network’s own', async () => {
    const source = createSource({ diagnosis: () => null });
    await expect(fuseAll(fusion, { source })).rejects.toThrow("image 'image-0' has no diagnosis");
    const unlabelled = await fuseAll(fusion, { source, config: { label: 'pseudo' } });
    const labelled = await fuseAll(fusion, { source: createSource(), config: { label: 'pseudo' } });
    expect(unlabelled).toEqual(labelled);
  });

  test('an image has converged by a tolerance that is a setting', async () => {
    const converged = async (tolerance: number) => {
      const all = await fuseAll(fusion, { source: createSource(), config: { tolerance, steps: 10 } });
      return all.map((sample) => sample.converged);
    };
    expect(await converged(1)).toEqual([true, true, true]);
    expect(await converged(0)).toContain(false);
  });

  test('refuses a network that reads the image alone, and leaks no tensor', async () => {
    const imageReader: DiagnosisNetwork = {
      ...areaReader,
      apply: ({ image }) => ({ logit: tf.mean(image, [1, 2, 3]), features: [] }),
    };
    const before = tf.memory().numTensors;
    const run = fuseAll(fusion, { source: createSource(), network: imageReader });
    await expect(run).rejects.toThrow('DF-GT: the diagnosis network, as it is configured, gives no gradient');
    expect(tf.memory().numTensors).toBe(before);
  });

  test('needs a diagnosis network', async () => {
    const source = createSource();
    const events = fusion.fuse({ source, config: fusion.config.parse({}), seed: 1 });
    await expect(events.next()).rejects.toThrow('needs a diagnosis network');
  });

  test.each([
    ['NaN at the first step', 0, 'image-0', NaN],
    ['infinite at a later step', 3, 'image-1', Infinity],
  ])('a loss that is %s stops it there and then, naming image and step', async (_, step, id, value) => {
    const source = createSource();
    let calls = 0;
    const broken: DiagnosisNetwork = {
      ...areaReader,
      apply: (input, mode) => {
        const { logit } = areaReader.apply(input, mode);
        // TransRob's gradient is a call of its own.
        const perStep = fusion === dfGtTransRob ? 2 : 1;
        const harmless = calls++ < step * perStep;
        const factor = source.ids.map((one) => (harmless || one !== id ? 1 : value));
        return { logit: tf.mul(logit, tf.tensor1d(factor)), features: [] };
      },
    };
    const config = { objective: 'signedLogit' };
    const run = fuseAll(fusion, { source, network: broken, config });
    await expect(run).rejects.toThrow(new RegExp(`the loss of image '${id}' is -?${value} at step ${step}$`));
    expect(calls).toBeLessThanOrEqual(2 * (step + 1));
  });
});

test.each(['map', 'input'] as const)('TransRob draws anew for each image and seed (%s)', async (target) => {
  const fuse = (seed: number) =>
    fuseAll(dfGtTransRob, { source: createSource(), seed, config: { target, strength: 'light' } });
  const [first, again, other] = [await fuse(1), await fuse(1), await fuse(2)];
  expect(again).toEqual(first);
  expect(largestDifference(first[0].fused, other[0].fused)).toBeGreaterThan(1e-3);
  const still = await fuseAll(dfGtRaw, { source: createSource(), seed: 1 });
  expect(largestDifference(first[0].expertness!, still[0].expertness!)).toBeGreaterThan(1e-3);
});

test('ExpG starts at the majority vote', async () => {
  const source = createSource();
  const vote = await fuseAll(majorityVote, { source });
  const start = await fuseAll(dfGtExpG, { source, config: { steps: 0 } });
  start.forEach(({ fused, raters }, k) => {
    // Three float32 thirds add up to one within 1e-7.
    expect(largestDifference(fused, vote[k].fused)).toBeLessThan(1e-6);
    for (const { weight } of raters) expect(weight).toBeCloseTo(1 / 3, 6);
  });
});

test('with a sigmoid before the softmax, no weight passes e / (e + n − 1)', async () => {
  const source = createSource({ structures: 1 });
  const all = await fuseAll(dfGtExpG, {
    source,
    network: areaReader,
    config: { sigmoid: true, steps: 60, learningRate: 1 },
  });
  const largest = Math.max(...all.flatMap(({ expertness }) => [...expertness!]));
  expect(largest).toBeLessThanOrEqual(Math.E / (Math.E + 2) + 1e-6);
  expect(largest).toBeGreaterThan(0.5);
});

test.each([
  ['ExpG', dfGtExpG as Fusion],
  ['Fourier', dfGtFourier as Fusion],
])('%s’s maps are smoother than raw ones', async (_, fusion) => {
  const network = createNetwork(1);
  /** Mean square step to the right neighbour over twice the variance of the first rater's map: 1 for white noise. */
  const roughness = async (fusion: Fusion): Promise<number> => {
    const [{ expertness }] = await fuseAll(fusion, {
      source: createSource({ structures: 1, images: 1, raters: 4 }),
      network,
      config: { steps: 30, learningRate: 0.01, hidden: 16 },
    });
    const values = Array.from({ length: SIZE * SIZE }, (_, pixel) => expertness![pixel * 4]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const steps = values.flatMap((value, p) => (p % SIZE === SIZE - 1 ? [] : [(values[p + 1] - value) ** 2]));
    return steps.reduce((sum, step) => sum + step, 0) / steps.length / (2 * variance);
  };
  const [smooth, rough] = [await roughness(fusion), await roughness(dfGtRaw)];
  expect(smooth).toBeLessThan(0.7);
  expect(rough).toBeGreaterThan(1.5 * smooth);
});
