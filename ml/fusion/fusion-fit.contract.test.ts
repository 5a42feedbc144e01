import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { inFold } from '../data/fold.ts';
import { fittedFromBytes, fittedToBytes } from '../fitted.ts';
import type { FitInput, Fusion } from './fusion.ts';
import { configOf, createNetwork, createSource, fitAll, fuseAll } from './fusion-fixtures.ts';
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

test('a training map learns from the fold that θ has not seen, and from no other image', async () => {
  const fusion = fusions.get('df-gt-training-map');
  const fold = { index: 1, of: 2 };
  const seen = (image: number) => inFold(`image-${image}`, fold);
  const fit = (unlearned: 0 | 1, learnFrom: object | null) =>
    fitAll(fusion, {
      ...input(fusion),
      source: createSource({ images: 4, diagnosis: (image) => (seen(image) ? 1 : unlearned) }),
      config: configOf(fusion, { steps: 30, learnFrom }),
    });
  expect(await fit(0, fold)).toEqual(await fit(1, fold));
  expect(await fit(0, null)).not.toEqual(await fit(1, null));
});
