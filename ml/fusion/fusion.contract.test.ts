import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { loadBackend } from '../backend.ts';
import { memorySource } from '../data/memory-source.ts';
import {
  configOf,
  createNetwork,
  createSource,
  fitAll,
  fuseAll,
  largestDifference,
  reorderRaters,
  SIZE,
} from './fusion-fixtures.ts';
import { fusions } from './index.ts';

// Two ways to add the same float32 numbers differ by some 1e-7; twelve steps of Adam, which divides a gradient by its
// own size, carry that to about 1e-4 in a weight at worst.
const ROUNDING = 1e-3;
const PIXELS = SIZE * SIZE;

beforeAll(async () => {
  await loadBackend();
});

// single-rater sets no rater against another: single-rater.test.ts holds it to what it promises.
const combining = fusions.list().filter(({ name }) => name !== 'single-rater');

describe.each(combining.map((fusion) => [fusion.name, fusion] as const))('%s', (_, fusion) => {
  test('its presets are valid settings', () => {
    expect(Object.keys(fusion.presets)).toEqual(expect.arrayContaining(['paper', 'demo']));
    for (const preset of Object.values(fusion.presets))
      expect(fusion.config.parse(preset)).toMatchObject(preset);
    expect(() => fusion.config.parse({ unknownSetting: 1 })).toThrow(/unknownSetting/);
  });

  test('what it takes for converged is told with its settings', () => {
    const { properties = {} } = z.toJSONSchema(fusion.config, { io: 'input', unrepresentable: 'any' });
    for (const name of ['tolerance', 'maxIterations'].filter((name) => name in properties))
      expect((properties[name] as { description?: string }).description).toMatch(/converged/);
  });

  test('gives a soft mask, maps that sum to one over raters and weights that sum to one', async () => {
    const source = createSource();
    const all = await fuseAll(fusion, { source });
    expect(all.map(({ id }) => id)).toEqual(source.ids);
    for (const { fused, expertness, raters } of all) {
      expect(fused.length).toBe(PIXELS * 2);
      expect(fused.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(raters.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 6);
      if (!expertness) continue;
      const sums = Array.from(
        { length: PIXELS },
        (_, p) => expertness[p * 3] + expertness[p * 3 + 1] + expertness[p * 3 + 2],
      );
      expect(
        largestDifference(
          sums,
          sums.map(() => 1),
        ),
      ).toBeLessThan(1e-6);
    }
  });

  test('the order of raters changes only the order of the answers', async () => {
    const source = createSource();
    const order = [2, 0, 1];
    const straight = await fuseAll(fusion, { source });
    const moved = await fuseAll(fusion, { source: await reorderRaters(source, order) });
    straight.forEach((sample, k) => {
      expect(largestDifference(sample.fused, moved[k].fused)).toBeLessThan(ROUNDING);
      const expected = order.map((rater) => sample.raters[rater].weight);
      expect(
        largestDifference(
          expected,
          moved[k].raters.map(({ weight }) => weight),
        ),
      ).toBeLessThan(ROUNDING);
    });
  });

  test('one rater returns the rater’s own mask', async () => {
    const source = createSource({ raters: 1 });
    const samples = await source.read([0, 1, 2]);
    const all = await fuseAll(fusion, { source });
    all.forEach(({ fused }, k) => expect([...fused]).toEqual([...samples[k].raterMasks]));
  });

  test('pixels on which raters agree keep their value, a posterior nearly', async () => {
    const source = createSource();
    const samples = await source.read([0, 1, 2]);
    const all = await fuseAll(fusion, { source });
    all.forEach(({ fused }, k) => {
      for (let i = 0; i < PIXELS * 2; i++) {
        const votes = [0, 1, 2].map(
          (rater) => samples[k].raterMasks[(Math.floor(i / 2) * 3 + rater) * 2 + (i % 2)],
        );
        if (!votes.every((vote) => vote === votes[0])) continue;
        // Raters as good as these leave a posterior some 1e-18 from their vote.
        if (fusion.posterior) expect(Math.abs(fused[i] - votes[0])).toBeLessThan(1e-6);
        else expect(fused[i]).toBe(votes[0]);
      }
    });
  });

  test('empty masks give an empty mask, full ones a full mask, with equal weights', async () => {
    for (const value of [0, 1] as const) {
      const all = await fuseAll(fusion, { source: createSource({ mask: () => value }) });
      for (const { fused, raters } of all) {
        expect(fused.every((one) => one === value)).toBe(true);
        for (const { weight } of raters) expect(weight).toBeCloseTo(1 / 3, 6);
      }
    }
  });

  test('one rater who says the opposite of all others everywhere leaves masks and weights well defined', async () => {
    const agreed = await createSource({ raters: 1 }).read([0, 1, 2]);
    const source = createSource({
      raters: 4,
      mask: (image, rater, structure, pixel) => {
        const inside = agreed[image].raterMasks[pixel * 2 + structure] === 1;
        return inside !== (rater === 3) ? 1 : 0;
      },
    });
    for (const { fused, raters } of await fuseAll(fusion, { source })) {
      expect(fused.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(raters.every(({ weight }) => weight >= 0)).toBe(true);
      expect(raters.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 6);
    }
  });

  test('an image that holds NaN is refused by name where a network reads it, and does no harm elsewhere', async () => {
    const clean = createSource();
    const samples = await clean.read([0, 1, 2]);
    const image = samples[1].image.with(7, NaN);
    const source = memorySource({ ...clean, samples: samples.with(1, { ...samples[1], image }) });
    const fusing = fuseAll(fusion, { source });
    if (fusion.needsDiagnosisModel || fusion.fit) {
      await expect(fusing).rejects.toThrow("sample 'image-1': image holds NaN, at value 7");
    } else {
      expect(await fusing).toEqual(await fuseAll(fusion, { source: clean }));
    }
  });

  test('a rater who did not annotate an image has no part in it', async () => {
    const source = createSource({ annotated: (image, rater) => (image === 1 && rater === 2 ? 0 : 1) });
    const [, with3] = await fuseAll(fusion, { source });
    const [, with2] = await fuseAll(fusion, {
      source: await reorderRaters(createSource(), [0, 1]),
      trainOn: source, // what a fusion learned of the others is theirs, also without the third
    });
    expect(with3.raters[2].weight).toBe(0);
    expect(largestDifference(with3.fused, with2.fused)).toBeLessThan(ROUNDING);
  });

  test('a rater who left out one structure has no part in that one', async () => {
    const source = createSource({
      annotated: (_, rater, structure) => (rater === 2 && structure === 1 ? 0 : 1),
    });
    const { fused } = (await fuseAll(fusion, { source }))[0];
    const samples = await source.read([0]);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const votes = [0, 1].map((rater) => samples[0].raterMasks[(pixel * 3 + rater) * 2 + 1]);
      if (votes[0] === votes[1]) expect(fused[pixel * 2 + 1]).toBeCloseTo(votes[0], 12);
      else expect(fused[pixel * 2 + 1]).toBeGreaterThan(0);
    }
  });

  test('a structure that nobody annotated is refused, not taken as empty', async () => {
    const source = createSource({
      annotated: (image, _, structure) => (image === 2 && structure === 1 ? 0 : 1),
    });
    await expect(fuseAll(fusion, { source })).rejects.toThrow(
      "image 'image-2': nobody annotated 'structure 2'",
    );
  });

  test('masks of another size are refused with the image’s name', async () => {
    const source = createSource();
    const read = async () => {
      const [sample] = await source.read([0]);
      return [{ ...sample, raterMasks: sample.raterMasks.subarray(1) }];
    };
    const broken = { ...memorySource({ ...source, samples: await source.read([0]) }), read };
    await expect(fuseAll(fusion, { source: broken })).rejects.toThrow(
      /'image-0': raterMasks has 863 values, expected 864/,
    );
  });

  test('equal seeds give equal bits', async () => {
    const [first, second] = [
      await fuseAll(fusion, { source: createSource(), seed: 5 }),
      await fuseAll(fusion, { source: createSource(), seed: 5 }),
    ];
    expect(second).toEqual(first);
  });

  test('the result of an image does not depend on the images beside it', async () => {
    const source = createSource({ images: 5 });
    const together = await fuseAll(fusion, { source, config: { imagesAtOnce: 5 } });
    const apart = await fuseAll(fusion, { source, config: { imagesAtOnce: 2 } });
    together.forEach(({ fused }, k) =>
      expect(largestDifference(fused, apart[k].fused)).toBeLessThan(ROUNDING),
    );
  });

  test('no tensor is left behind, whether it ends, fails or is stopped', async () => {
    const source = createSource();
    await fuseAll(fusion, { source });
    const before = tf.memory().numTensors;
    await fuseAll(fusion, { source });
    await expect(
      fuseAll(fusion, { source: createSource({ annotated: (image) => (image === 2 ? 0 : 1) }) }),
    ).rejects.toThrow();
    const input = { source, config: configOf(fusion), seed: 1, diagnosisNetwork: createNetwork(2) };
    const events = fusion.fuse({ ...input, fitted: await fitAll(fusion, input) });
    await events.next();
    await events.return(undefined);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('an abort stops it within a step, with the signal’s reason', async () => {
    const controller = new AbortController();
    const input = { source: createSource(), seed: 1, diagnosisNetwork: createNetwork(2) };
    const fitted = await fitAll(fusion, { ...input, config: configOf(fusion) });
    const config = configOf(fusion, { steps: 1000, imagesAtOnce: 1 });
    const events = fusion.fuse({ ...input, config, fitted, signal: controller.signal });
    await events.next();
    controller.abort(new Error('stopped by a user'));
    let more = 0;
    const drain = async () => {
      for await (const event of events) if (!Array.isArray(event)) more += 1;
    };
    await expect(drain()).rejects.toThrow('stopped by a user');
    expect(more).toBeLessThanOrEqual(1);
  });
});
