import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { foldsOf, imagesOfFold } from '../data/fold.ts';
import { subsetSource } from '../data/subset-source.ts';
import { fittedFromBytes, fittedToBytes, type Fitted } from '../fitted.ts';
import type { FitInput, Fusion } from './fusion.ts';
import {
  configOf,
  createNetwork,
  createSource,
  fitAll,
  fuseAll,
  largestDifference,
} from './fusion-fixtures.ts';
import { fusions } from './index.ts';

beforeAll(async () => {
  await loadBackend();
});

const input = (fusion: Fusion): FitInput<unknown> => ({
  source: createSource(),
  config: configOf(fusion, { steps: 30 }),
  seed: 1,
  diagnosisNetwork: createNetwork(2),
});

const learning = fusions.list().filter((fusion) => 'fit' in fusion);

describe.each(learning.map((fusion) => [fusion.name, fusion] as const))('%s learns', (name, fusion) => {
  test('what it learned comes back from bytes the same, and no other fusion takes it', async () => {
    const fitted = (await fitAll(fusion, input(fusion)))!;
    const bytes = fittedToBytes(name, fitted);
    expect(fittedFromBytes(name, bytes)).toEqual(fitted);
    expect(() => fittedFromBytes('another', bytes)).toThrow(`not a fitted 'another'`);
  });

  test('equal seeds learn the same', async () => {
    expect(await fitAll(fusion, input(fusion))).toEqual(await fitAll(fusion, input(fusion)));
  });

  test('its progress rises to the end', async () => {
    let last = 0;
    for await (const event of fusion.fit!(input(fusion))) {
      if ('tensors' in event) continue;
      expect(event.done / event.total).toBeGreaterThan(last);
      last = event.done / event.total;
    }
    expect(last).toBe(1);
  });

  test('a fusion that was not fitted is refused', async () => {
    await expect(fusion.fuse(input(fusion)).next()).rejects.toThrow(`'${name}' learns from training images`);
  });

  test('what it learned, spoilt by NaN, is refused with the image’s name or not used: no mask holds NaN', async () => {
    const { tensors } = (await fitAll(fusion, input(fusion)))!;
    const spoilt = [...tensors].map(
      ([key, { shape, values }]) => [key, { shape, values: values.map(() => NaN) }] as const,
    );
    const masks: Float32Array[] = [];
    const fuse = async () => {
      for await (const event of fusion.fuse({ ...input(fusion), fitted: { tensors: new Map(spoilt) } })) {
        if (Array.isArray(event)) masks.push(...event.map(({ fused }) => fused));
      }
    };
    const error = await fuse().catch((reason: Error) => reason.message);
    if (error !== undefined) expect(error).toBe("image 'image-0': the network's logit is NaN");
    for (const mask of masks) expect(mask.every(Number.isFinite)).toBe(true);
  });

  test('no training image is refused', async () => {
    const events = fusion.fit!({ ...input(fusion), source: createSource({ images: 0 }) });
    await expect(events.next()).rejects.toThrow('received none');
  });

  test('an abort stops the fit within a step, and no tensor is left behind', async () => {
    await fitAll(fusion, input(fusion));
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const events = fusion.fit!({ ...input(fusion), signal: controller.signal });
    await events.next();
    controller.abort(new Error('stopped by a user'));
    let more = 0;
    const drain = async () => {
      for await (const event of events) if ('done' in event) more += 1;
    };
    await expect(drain()).rejects.toThrow('stopped by a user');
    expect(more).toBeLessThanOrEqual(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('diagnoses of the images that it fuses change nothing', async () => {
    const trainOn = createSource();
    const [known, unknown] = [
      await fuseAll(fusion, { source: createSource(), trainOn }),
      await fuseAll(fusion, { source: createSource({ diagnosis: () => null }), trainOn }),
    ];
    expect(fusion.seesLabel(configOf(fusion))).toBe(false);
    expect(unknown).toEqual(known);
  });
});

describe.each(learning.filter(({ crossFits }) => crossFits).map((fusion) => [fusion.name, fusion] as const))(
  '%s cross-fits',
  (_name, fusion) => {
    const source = { ...createSource({ images: 5 }), subjects: ['b', 'g', 'g', 'b', 'l'] };
    const folds = foldsOf(2);
    const parts = folds.map((fold) => imagesOfFold(source, fold));
    const networks = folds.map((leftOut, k) => ({ network: createNetwork(2, k + 1), leftOut }));
    const fit = (changes: Partial<FitInput<unknown>>) =>
      fitAll(fusion, { ...input(fusion), diagnosisNetwork: undefined, source, ...changes });

    test('each image meets the network that left it out, and no other', async () => {
      const images = (await source.read(source.ids.map((_, k) => k))).map(({ image }) => image[0]);
      const met = folds.map(() => new Set<number>());
      const recording = networks.map(({ network, leftOut }, k) => ({
        leftOut,
        network: {
          ...network,
          apply: (...args: Parameters<typeof network.apply>) => {
            const corners = args[0].image.slice([0, 0, 0, 0], [-1, 1, 1, 1]).dataSync();
            for (const corner of corners) met[k].add(images.indexOf(corner));
            return network.apply(...args);
          },
        },
      }));
      await fit({ crossFit: recording });
      expect(parts.map(({ length }) => length).sort()).toEqual([2, 3]);
      expect(met.map((seen) => [...seen].sort())).toEqual(parts);
    });

    test('what it learns is the mean over all images, each optimised against its own network', async () => {
      const { tensors } = (await fit({ crossFit: networks }))!;
      const byFold: Fitted[] = [];
      for (const [k, { network }] of networks.entries()) {
        byFold.push((await fit({ diagnosisNetwork: network, source: subsetSource(source, parts[k]) }))!);
      }
      for (const [key, { values }] of tensors) {
        const mean = values.map(
          (_, i) =>
            byFold.reduce((sum, one, k) => sum + parts[k].length * one.tensors.get(key)!.values[i], 0) / 5,
        );
        // Sums of float32 in another order.
        expect(largestDifference(values, mean)).toBeLessThan(1e-6);
      }
    });

    test('folds in another order teach the same; its progress rises to the end', async () => {
      const [there, back] = [
        await fit({ crossFit: networks }),
        await fit({ crossFit: [...networks].reverse() }),
      ];
      for (const [key, { values }] of there!.tensors) {
        expect(largestDifference(values, back!.tensors.get(key)!.values)).toBeLessThan(1e-6);
      }
      let last = 0;
      for await (const event of fusion.fit!({ ...input(fusion), source, crossFit: networks })) {
        if ('tensors' in event) continue;
        expect(event.done / event.total).toBeGreaterThan(last);
        last = event.done / event.total;
      }
      expect(last).toBe(1);
    });

    test('a fold that no network left out is refused by name', async () => {
      await expect(fit({ crossFit: networks.slice(1) })).rejects.toThrow(
        'cross-fitting with 1 networks: fold 0 of 2 is missing',
      );
    });
  },
);
