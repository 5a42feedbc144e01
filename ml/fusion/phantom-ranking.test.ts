import { loadBackend } from '../backend.ts';
import { phantoms } from '../data/index.ts';
import { memorySource } from '../data/memory-source.ts';
import { permuteDiagnoses } from '../data/permute-diagnoses.ts';
import { phantomSource } from '../data/phantom-source.ts';
import type { Phantom, Split } from '../data/phantoms/phantom.ts';
import type { SampleSource } from '../data/sample.ts';
import { dlCat } from '../diagnosis/dl-cat.ts';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import { configOf } from '../method.ts';
import { auc } from '../metrics/auc.ts';
import { spearman } from '../metrics/spearman.ts';
import { train } from '../training/loop.ts';
import { predictDiagnoses } from '../training/predict.ts';
import { trainingConfig, trainingPresets } from '../training/training-config.ts';
import { dfGtExpG } from './df-gt-expg.ts';
import { dfGtRaw } from './df-gt-raw.ts';
import type { Fusion, FusedSample } from './fusion.ts';
import { readRaterMasks } from './rater-masks.ts';

// What the phantoms are for: the known truth must show in what diagnosis-first fusion finds.
jest.setTimeout(300_000);

const seed = 1;

beforeAll(async () => {
  await loadBackend();
});

/** The split with its majority votes as fused masks. */
async function withVotes(phantom: Phantom, split: Split): Promise<SampleSource> {
  const source = phantomSource(phantom, [split]);
  const samples = await source.read(source.ids.map((_, index) => index));
  const voted = samples.map((sample) => ({ ...sample, fused: readRaterMasks(sample, source).mean }));
  return memorySource({ ...source, samples: voted });
}

async function trainTheta(source: SampleSource): Promise<DiagnosisNetwork> {
  const { height, width, structures, raters } = source;
  const config = configOf(dlCat, { preset: 'demo' });
  const network = dlCat.build(
    { height, width, structures: structures.length, raters: raters.length, seed },
    config,
  );
  const training = trainingConfig.parse(trainingPresets.demo);
  const epochs = train({ model: dlCat, config, network, training, source, seed });
  while (!(await epochs.next()).done); // to the end
  return network;
}

async function fuse<Config>(
  fusion: Fusion<Config>,
  source: SampleSource,
  diagnosisNetwork: DiagnosisNetwork,
) {
  const config = configOf(fusion, { preset: 'demo' });
  const all: FusedSample[] = [];
  for await (const item of fusion.fuse({ source, config, seed, diagnosisNetwork })) {
    if (Array.isArray(item)) all.push(...item);
  }
  const weights = source.raters.map(
    (_, rater) => all.reduce((sum, { raters }) => sum + raters[rater].weight, 0) / all.length,
  );
  return { weights, fused: all.map(({ fused }) => fused) };
}

/** AUC, under θ, of the masks with the source's own diagnoses. */
async function score(
  network: DiagnosisNetwork,
  source: SampleSource,
  fused?: Float32Array[],
): Promise<number> {
  const samples = await source.read(source.ids.map((_, index) => index));
  const masked = samples.map((sample, k) => (fused ? { ...sample, fused: fused[k] } : sample));
  const logits: number[] = [];
  for await (const batch of predictDiagnoses({
    network,
    source: memorySource({ ...source, samples: masked }),
  })) {
    logits.push(...batch.map(({ logit }) => logit));
  }
  return auc(logits, source.diagnoses).value!;
}

describe.each(phantoms.names)('%s', (name) => {
  test('DF-GT ranks raters by their stated informativeness; its score is the label’s, not the truth’s', async () => {
    const phantom = phantoms.get(name).create({ seed, config: { train: 320, validation: 80, test: 200 } });
    const [learned, seen, few] = [
      await withVotes(phantom, 'train'),
      await withVotes(phantom, 'test'),
      await withVotes(phantom, 'validation'),
    ];
    const theta = await trainTheta(learned);
    const stated = phantom.raterTruth.map(({ informativeness }) => informativeness);
    const [expG, raw] = [await fuse(dfGtExpG, seen, theta), await fuse(dfGtRaw, few, theta)];
    const permuted = await fuse(dfGtExpG, permuteDiagnoses(few, seed), theta);
    const scores = {
      vote: await score(theta, seen),
      voteOfFew: await score(theta, few),
      expG: await score(theta, seen, expG.fused),
      permuted: await score(theta, few, permuted.fused),
    };

    expect(spearman(expG.weights, stated)!).toBeGreaterThanOrEqual(0.8);
    // Raw weights stay near equal: a pixel's weight reaches one pixel of the mask only.
    const spread = ({ weights }: { weights: number[] }) =>
      (Math.max(...weights) - Math.min(...weights)) * stated.length;
    expect(spread(raw)).toBeLessThan(0.15);
    expect(spread(expG)).toBeGreaterThan(4 * spread(raw));

    // No label seen: below what the true shape itself allows. 0.04 is two standard errors of an AUC of 0.9 on 200 images.
    expect(scores.vote).toBeLessThan(phantom.achievableAuc + 0.04);
    expect(scores.vote).toBeGreaterThan(0.65);
    // Seen: above, by the label alone, as permuted labels show, which bring it below the vote.
    expect(scores.expG).toBeGreaterThan(scores.vote);
    expect(scores.permuted).toBeLessThan(scores.voteOfFew);
    theta.weights.dispose();
  });
});
