import * as tf from '@tensorflow/tfjs';
import { memorySource } from '../data/memory-source.ts';
import type { Sample, SampleSource } from '../data/sample.ts';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import { createRandom, normal } from '../random.ts';
import type { Fitted } from '../fitted.ts';
import type { FitInput, Fusion, FusedSample } from './fusion.ts';

/** What the tests of fusions share: small masks, small networks, a fusion run to its end. */
export const SIZE = 12;
const PIXELS = SIZE * SIZE;

export interface CaseOptions {
  readonly images?: number;
  readonly raters?: number;
  readonly structures?: number;
  /** 1 or 0 by image, rater, structure, pixel; discs of different radii by default. */
  readonly mask?: (image: number, rater: number, structure: number, pixel: number) => 0 | 1;
  readonly annotated?: (image: number, rater: number, structure: number) => 0 | 1;
  readonly diagnosis?: (image: number) => 0 | 1 | null;
}

/** Concentric discs: rater k draws radius 2 + 0.7 k (a little more on later images), the second structure half of it. */
function disc(image: number, rater: number, structure: number, pixel: number): 0 | 1 {
  const [x, y] = [(pixel % SIZE) - 5.5, Math.floor(pixel / SIZE) - 5.5];
  return Math.hypot(x, y) < (2 + 0.7 * rater + 0.2 * image) / (structure + 1) ? 1 : 0;
}

export function createSource(options: CaseOptions = {}): SampleSource {
  const { images = 3, raters = 3, structures = 2, mask = disc, annotated = () => 1 } = options;
  const { diagnosis = (image) => (image % 2 === 0 ? 1 : 0) } = options;
  const samples = Array.from({ length: images }, (_, image): Sample => {
    const random = createRandom('fixture', image);
    return {
      id: `image-${image}`,
      image: Float32Array.from({ length: PIXELS * 3 }, random),
      raterMasks: Uint8Array.from({ length: PIXELS * raters * structures }, (_, k) =>
        mask(image, Math.floor(k / structures) % raters, k % structures, Math.floor(k / structures / raters)),
      ),
      annotated: Uint8Array.from({ length: raters * structures }, (_, k) =>
        annotated(image, Math.floor(k / structures), k % structures),
      ),
      diagnosis: diagnosis(image),
    };
  });
  return memorySource({
    height: SIZE,
    width: SIZE,
    raters: Array.from({ length: raters }, (_, k) => `R${k + 1}`),
    structures: Array.from({ length: structures }, (_, k) => `structure ${k + 1}`),
    samples,
  });
}

/** The same images with the raters in another order: the new rater k is the old rater order[k]. */
export async function reorderRaters(source: SampleSource, order: readonly number[]): Promise<SampleSource> {
  const [n, c, m] = [source.raters.length, source.structures.length, order.length];
  const samples = await source.read(source.ids.map((_, k) => k));
  return memorySource({
    ...source,
    raters: order.map((k) => source.raters[k]),
    samples: samples.map((sample) => ({
      ...sample,
      raterMasks: Uint8Array.from({ length: PIXELS * m * c }, (_, k) => {
        const [pixel, rater] = [Math.floor(k / c / m), order[Math.floor(k / c) % m]];
        return sample.raterMasks[(pixel * n + rater) * c + (k % c)];
      }),
      annotated: Uint8Array.from(
        { length: m * c },
        (_, k) => sample.annotated[order[Math.floor(k / c)] * c + (k % c)],
      ),
    })),
  });
}

/** A network without layers: a smooth function of image and mask that treats every image by itself. */
export function createNetwork(structures: number, seed = 1): DiagnosisNetwork {
  const random = createRandom(seed, 'fixture network');
  const values = Float32Array.from({ length: SIZE * SIZE * (3 + structures) }, () => 0.3 * normal(random));
  return {
    weights: undefined as never,
    widths: [],
    apply({ image, mask }) {
      const filter = tf.tensor4d(values, [1, SIZE, SIZE, 3 + structures]);
      const product = tf.mul(tf.concat([image, mask], 3), filter);
      return { logit: tf.sum(tf.add(product, tf.mul(0.1, tf.square(product))), [1, 2, 3]), features: [] };
    },
  };
}

export interface RunOptions {
  readonly source: SampleSource;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly network?: DiagnosisNetwork;
  /** What a fusion that learns is fitted on; the source itself by default. */
  readonly trainOn?: SampleSource;
}

/** Few steps and small layers where the fusion has such settings. */
const QUICK = {
  steps: 12,
  learningRate: 0.05,
  hidden: 6,
  network: {
    resnet: { block: 'basic', stem: 4, widths: [4, 4, 4, 4], blocks: [1, 1, 1, 1] },
    decoderWidth: 4,
  },
  epochs: 2,
  batchSize: 2,
};

export function configOf(fusion: Fusion, changes: Readonly<Record<string, unknown>> = {}): unknown {
  const known = Object.keys((fusion.config as unknown as { shape: object }).shape);
  const quick = Object.entries({ ...QUICK, ...changes }).filter(([key]) => known.includes(key));
  return fusion.config.parse(Object.fromEntries(quick));
}

export async function fuseAll(fusion: Fusion, options: RunOptions): Promise<FusedSample[]> {
  const { source, seed = 1, network = createNetwork(source.structures.length) } = options;
  const config = configOf(fusion, options.config);
  const input = { source, config, seed, diagnosisNetwork: network };
  const fitted = await fitAll(fusion, { ...input, source: options.trainOn ?? source });
  const all: FusedSample[] = [];
  for await (const event of fusion.fuse({ ...input, fitted })) {
    if (Array.isArray(event)) all.push(...event);
  }
  return all;
}

/** What the fusion learns; undefined where it learns nothing. */
export async function fitAll(fusion: Fusion, input: FitInput<unknown>): Promise<Fitted | undefined> {
  if (!fusion.fit) return undefined;
  for await (const event of fusion.fit(input)) if ('tensors' in event) return event;
  throw new Error(`'${fusion.name}' ended its fit without a result`);
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`received ${a.length} and ${b.length} values`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}
