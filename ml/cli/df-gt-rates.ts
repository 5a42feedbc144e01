import { parseArgs } from 'node:util';
import { loadBackend } from '../backend.ts';
import { phantoms } from '../data/index.ts';
import type { Phantom } from '../data/phantoms/phantom.ts';
import type { SampleSource } from '../data/sample.ts';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import type { DfGtConfig } from '../fusion/df-gt.ts';
import type { FusedSample } from '../fusion/fusion.ts';
import { fusions } from '../fusion/index.ts';
import { movementFromVote } from '../fusion/movement.ts';
import { readRaterMasks } from '../fusion/rater-masks.ts';
import { configOf } from '../method.ts';
import { mean } from '../statistics/measure.ts';
import { spearman } from '../statistics/spearman.ts';
import { spectralEnergyOfMaps } from '../statistics/spectral-energy.ts';
import { trainTheta, withVotes } from './rank-raters.ts';

const { values } = parseArgs({
  options: {
    phantom: { type: 'string' },
    seeds: { type: 'string', default: '21,22,23' },
    methods: { type: 'string' },
    rates: { type: 'string' },
    steps: { type: 'string', default: '40' },
    images: { type: 'string', default: '48' },
  },
});

/** Where the parametrisations move some way without saturating. A step of Adam moves each number by its rate. */
const grids: Readonly<Record<string, readonly number[]>> = {
  'df-gt-expg': [3e-4, 1e-3, 3e-3, 2e-2],
  'df-gt-fourier': [3e-3, 1e-2, 2e-2, 6e-2],
  'df-gt-transrob': [2e-2, 0.1, 0.3, 1],
  'df-gt-raw': [2e-2, 0.1, 0.3, 1],
};

/**
 * A line a phantom, seed, parametrisation and learning rate: how far masks move from the vote, what that does to θ's loss,
 * how noisy the maps are, how nearly one rater has all of the weight at a pixel, and whether mean weights rank the raters
 * as they were made. No AUC: rates are chosen on this, on training and validation images alone.
 *
 * θ is DL-CAT, trained on the votes of 160 training images; what is fused are validation images, which it has not seen.
 */
await loadBackend();
console.log(
  'phantom     seed  method          rate      movement  loss             energy  largest  Spearman  weights',
);
for (const name of values.phantom?.split(',') ?? phantoms.names) {
  for (const seed of values.seeds.split(',').map(Number)) {
    const config = { train: 160, validation: Number(values.images), test: 0 };
    const phantom = phantoms.get(name).create({ seed, config });
    const theta = await trainTheta(await withVotes(phantom, 'train'), seed);
    const source = await withVotes(phantom, 'validation');
    for (const method of values.methods?.split(',') ?? Object.keys(grids)) {
      for (const rate of values.rates?.split(',').map(Number) ?? grids[method]) {
        const line = await measure({ phantom, source, theta, seed, method, rate });
        console.log([name.padEnd(11), seed, method.padEnd(15), String(rate).padEnd(8), ...line].join('  '));
      }
    }
    theta.weights.dispose();
  }
}

interface Tried {
  readonly phantom: Phantom;
  readonly source: SampleSource;
  readonly theta: DiagnosisNetwork;
  readonly seed: number;
  readonly method: string;
  readonly rate: number;
}

async function measure({ phantom, source, theta, seed, method, rate }: Tried): Promise<string[]> {
  const fusion = fusions.get(method);
  const changes = { learningRate: rate, steps: Number(values.steps) };
  const config = configOf<unknown>(fusion, { preset: 'demo', config: changes }) as DfGtConfig;
  const fused: FusedSample[] = [];
  for await (const item of fusion.fuse({ source, config, seed, diagnosisNetwork: theta })) {
    if (Array.isArray(item)) fused.push(...item);
  }
  const samples = await source.read(source.ids.map((_, index) => index));
  const masks = samples.map((sample) => readRaterMasks(sample, source));
  const over = (number: (sample: FusedSample, k: number) => number): number => mean(fused.map(number));
  const weights = phantom.raterTruth.map((_, rater) => over(({ raters }) => raters[rater].weight));
  const stated = phantom.raterTruth.map(({ informativeness }) => informativeness);
  const n = source.raters.length;
  const largest = ({ expertness }: FusedSample, k: number): number =>
    mean(
      [...masks[k].disputed].map((pixel) => Math.max(...expertness!.subarray(pixel * n, (pixel + 1) * n))),
    );
  return [
    over((sample, k) => movementFromVote(sample.fused, masks[k]))
      .toFixed(3)
      .padEnd(8),
    `${over(({ losses }) => losses[0]).toFixed(3)} → ${over(({ losses }) => Math.min(...losses)).toFixed(4)}`,
    over(({ expertness }) => spectralEnergyOfMaps(expertness!, source) ?? 0)
      .toFixed(3)
      .padEnd(6),
    over(largest).toFixed(3).padEnd(7),
    (spearman(weights, stated)?.toFixed(2) ?? '–').padEnd(8),
    weights.map((weight) => weight.toFixed(3)).join(' '),
  ];
}
