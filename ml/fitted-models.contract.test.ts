import { memorySource } from './data/memory-source.ts';
import type { Sample, SampleSource } from './data/sample.ts';
import type { FittedDiagnosisModel } from './diagnosis/diagnosis-model.ts';
import { fittedFromBytes, fittedToBytes } from './fitted.ts';
import { auc } from './statistics/auc.ts';
import { configOf } from './method.ts';
import { isFitted, models } from './models.ts';
import { createRandom } from './random.ts';
import { fitModel, predictFitted } from './training/fit.ts';

const SIZE = 48;

describe.each(
  models
    .list()
    .filter(isFitted)
    .map((model) => [model.name, model] as const),
)('%s', (_, model) => {
  const config = configOf<unknown>(model, { preset: 'demo' });
  const structures = structuresOf(model, config);
  const source = easySource(structures);
  const fit = (from = source, seed = 1) => fitModel({ model, config, source: from, seed });

  test('its presets are valid settings and unknown ones are refused', () => {
    expect(Object.keys(model.presets)).toEqual(expect.arrayContaining(['paper', 'demo']));
    for (const preset of Object.values(model.presets))
      expect(model.config.parse(preset)).toMatchObject(preset);
    expect(() => model.config.parse({ unknownSetting: 1 })).toThrow(/unknownSetting/);
  });

  test('fitted twice, its parameters are the same to the bit, and finite', async () => {
    const [first, second] = [await fit(), await fit()];
    expect(bytesOf(model, second).equals(bytesOf(model, first))).toBe(true);
    for (const { values } of first.tensors.values()) expect(values.every(Number.isFinite)).toBe(true);
  });

  test('saved and loaded it gives the same scores to the bit', async () => {
    const fitted = await fit();
    const loaded = fittedFromBytes(model.name, bytesOf(model, fitted));
    expect(await scores(loaded)).toEqual(await scores(fitted));
  });

  test('tells an easy set apart, with positive scores for diagnosis 1', async () => {
    const given = await scores(await fit());
    expect(auc(given, source.diagnoses).value).toBe(1);
    expect(given.map((score) => (score > 0 ? 1 : 0))).toEqual(source.diagnoses);
  });

  test('has a finite score for empty and for full masks', async () => {
    const fitted = await fit();
    for (const value of [0, 1]) {
      const mask = new Float32Array(SIZE * SIZE * structures.length).fill(value);
      const features = model.features({ mask, height: SIZE, width: SIZE, structures }, config);
      expect(features.every(Number.isFinite)).toBe(true);
      expect(model.predict(fitted, features)).toEqual(expect.any(Number));
      expect(Number.isFinite(model.predict(fitted, features))).toBe(true);
    }
  });

  test('images without a diagnosis teach it nothing', async () => {
    const samples = await source.read(source.ids.map((__, index) => index));
    const unknown = samples.map((sample) => ({ ...sample, diagnosis: null }));
    const more = memorySource({ ...source, samples: [...samples, ...unknown] });
    expect(bytesOf(model, await fit(more)).equals(bytesOf(model, await fit()))).toBe(true);
  });

  test('stops when it is told to, with the reason given', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(fitModel({ model, config, source, seed: 1, signal })).rejects.toThrow('enough');
  });

  test('refuses images of one diagnosis, images without fused masks, and other structures', async () => {
    const samples = await source.read(source.ids.map((__, index) => index));
    const changed = (change: Partial<Sample>) =>
      memorySource({ ...source, samples: samples.map((sample) => ({ ...sample, ...change })) });
    await expect(fit(changed({ diagnosis: 1 }))).rejects.toThrow(`'${model.name}' needs images of both`);
    await expect(fit(changed({ fused: undefined }))).rejects.toThrow('has no fused mask');
    const others = easySource(['vessel', 'macula']);
    await expect(fit(others)).rejects.toThrow('vessel, macula');
    const read = async () => scores(await fit(), others);
    await expect(read()).rejects.toThrow('vessel, macula');
  });

  async function scores(fitted: Awaited<ReturnType<typeof fit>>, from = source): Promise<number[]> {
    const all: number[] = [];
    for await (const batch of predictFitted({ model, config, fitted, source: from })) {
      all.push(...batch.map(({ logit }) => logit));
    }
    return all;
  }
});

const bytesOf = (model: FittedDiagnosisModel, fitted: Parameters<typeof fittedToBytes>[1]): Buffer =>
  Buffer.from(fittedToBytes(model.name, fitted));

/** Cup and disc where the model wants them, else one lesion. */
function structuresOf(model: FittedDiagnosisModel, config: unknown): string[] {
  try {
    model.checkStructures(['disc', 'cup'], config);
    return ['disc', 'cup'];
  } catch {
    return ['lesion'];
  }
}

/** Outlines that are round and, within them, small where the diagnosis is 0; lobed and large where it is 1. */
function easySource(structures: readonly string[]): SampleSource {
  const samples = Array.from({ length: 12 }, (_, index): Sample => {
    const random = createRandom('easy', index);
    const diagnosis = (index % 2) as 0 | 1;
    const [x0, y0, r] = [23 + random(), 23 + random(), 13 + random()];
    const lobe = diagnosis * (0.25 + 0.1 * random());
    const fused = new Float32Array(SIZE * SIZE * structures.length);
    for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
      const [dx, dy] = [(pixel % SIZE) - x0, Math.floor(pixel / SIZE) - y0];
      const angle = Math.atan2(dy, dx);
      structures.forEach((__, c) => {
        const size = c === 0 ? 1 : 0.35 + 0.35 * diagnosis;
        const edge = size * r * (1 + lobe * (Math.cos(2 * angle) + Math.sin(3 * angle)));
        fused[pixel * structures.length + c] = Math.min(1, Math.max(0, 0.5 + edge - Math.hypot(dx, dy)));
      });
    }
    const raterMasks = Uint8Array.from(fused, Math.round);
    const annotated = new Uint8Array(structures.length).fill(1);
    const image = new Float32Array(SIZE * SIZE * 3);
    return { id: `outline-${index}`, image, raterMasks, annotated, fused, diagnosis };
  });
  return memorySource({ height: SIZE, width: SIZE, raters: ['rater'], structures, samples });
}
