import { memorySource } from '../data/memory-source.ts';
import { permuteDiagnoses } from '../data/permute-diagnoses.ts';
import { subsetSource } from '../data/subset-source.ts';
import { phantomSource } from '../data/phantom-source.ts';
import type { Phantom, Split } from '../data/phantoms/phantom.ts';
import type { SampleSource } from '../data/sample.ts';
import { dlCat } from '../diagnosis/dl-cat.ts';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import { dfGtExpG } from '../fusion/df-gt-expg.ts';
import { dfGtRaw } from '../fusion/df-gt-raw.ts';
import type { Fusion, FusedSample } from '../fusion/fusion.ts';
import { readRaterMasks } from '../fusion/rater-masks.ts';
import { configOf } from '../method.ts';
import { auc } from '../statistics/auc.ts';
import { spearman } from '../statistics/spearman.ts';
import { train } from '../training/loop.ts';
import { predictDiagnoses } from '../training/predict.ts';
import { trainingConfig, trainingPresets } from '../training/training-config.ts';

/** How a parametrisation of DF-GT ranked the raters of a phantom. */
export interface Ranking {
  /** Mean weight of each rater where raters disagree. */
  readonly weights: readonly number[];
  /** Spearman correlation of the weights with the stated informativeness; null where they do not differ. */
  readonly correlation: number | null;
  /** Largest weight less the smallest, in units of the equal weight. */
  readonly spread: number;
}

export interface PhantomRanking {
  readonly raw: Ranking;
  readonly expG: Ranking;
  /** AUC under θ of the first test images' masks: by vote, by ExpG with their diagnoses, and with permuted ones. */
  readonly auc: { readonly vote: number; readonly expG: number; readonly permuted: number };
}

/**
 * What diagnosis-first fusion finds on a phantom whose truth is known: DL-CAT is trained on the votes of the training
 * images, then asked for the expertness of the test images, with their diagnoses (transductive) and, as a control, with
 * permuted ones. Demo presets; the images are held in memory. ExpG's ranks want many images, as it gives all to one rater
 * on most; raw's and the AUCs are clear with `few`.
 */
export async function rankRaters(
  phantom: Phantom,
  seed: number,
  few = phantom.length,
): Promise<PhantomRanking> {
  const [learned, seen] = [await withVotes(phantom, 'train'), await withVotes(phantom, 'test')];
  const first = subsetSource(
    seen,
    seen.ids.map((_, index) => index).filter((index) => index < few),
  );
  const theta = await trainTheta(learned, seed);
  try {
    const stated = phantom.raterTruth.map(({ informativeness }) => informativeness);
    const raw = await fuse(dfGtRaw, first, theta, seed);
    const expG = await fuse(dfGtExpG, seen, theta, seed);
    const permuted = await fuse(dfGtExpG, permuteDiagnoses(first, seed), theta, seed);
    return {
      raw: rankingOf(raw, stated),
      expG: rankingOf(expG, stated),
      auc: {
        vote: await score(theta, first),
        expG: await score(theta, await withMasks(first, expG)),
        permuted: await score(theta, await withMasks(first, permuted)),
      },
    };
  } finally {
    theta.weights.dispose();
  }
}

/** The split with its majority votes as fused masks. */
export async function withVotes(phantom: Phantom, split: Split): Promise<SampleSource> {
  const source = phantomSource(phantom, [split]);
  const samples = await source.read(source.ids.map((_, index) => index));
  const voted = samples.map((sample) => ({ ...sample, fused: readRaterMasks(sample, source).mean }));
  return memorySource({ ...source, samples: voted });
}

async function withMasks(source: SampleSource, fused: readonly FusedSample[]): Promise<SampleSource> {
  const samples = await source.read(source.ids.map((_, index) => index));
  return memorySource({
    ...source,
    samples: samples.map((sample, k) => ({ ...sample, fused: fused[k].fused })),
  });
}

export async function trainTheta(source: SampleSource, seed: number): Promise<DiagnosisNetwork> {
  const { height, width } = source;
  const [structures, raters] = [source.structures.length, source.raters.length];
  const config = configOf(dlCat, { preset: 'demo' });
  const network = dlCat.build({ height, width, structures, raters, seed }, config);
  const training = trainingConfig.parse(trainingPresets.demo);
  const epochs = train({ model: dlCat, config, network, training, source, seed });
  while (!(await epochs.next()).done); // to the end
  return network;
}

async function fuse<Config>(
  fusion: Fusion<Config>,
  source: SampleSource,
  diagnosisNetwork: DiagnosisNetwork,
  seed: number,
): Promise<FusedSample[]> {
  const config = configOf(fusion, { preset: 'demo' });
  const all: FusedSample[] = [];
  for await (const item of fusion.fuse({ source, config, seed, diagnosisNetwork })) {
    if (Array.isArray(item)) all.push(...item);
  }
  return all;
}

function rankingOf(fused: readonly FusedSample[], stated: readonly number[]): Ranking {
  const weights = stated.map(
    (_, rater) => fused.reduce((sum, { raters }) => sum + raters[rater].weight, 0) / fused.length,
  );
  const spread = (Math.max(...weights) - Math.min(...weights)) * stated.length;
  return { weights, correlation: spearman(weights, stated), spread };
}

/** AUC of θ's logits for the source's masks. */
async function score(network: DiagnosisNetwork, source: SampleSource): Promise<number> {
  const logits: number[] = [];
  for await (const batch of predictDiagnoses({ network, source }))
    logits.push(...batch.map(({ logit }) => logit));
  return auc(logits, source.diagnoses).value ?? NaN;
}
