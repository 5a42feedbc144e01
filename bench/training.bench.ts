import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { loadBackend } from '../ml/backend.ts';
import { withWay, type Way } from '../ml/ops/way.ts';
import { startPeer, type Peer } from './peer.ts';
import { describeTimes, interleave, medianRatio, medianTime } from './rounds.ts';
import { median, relativeDifference } from './statistics.ts';
import { createRow, type Row, type Suite, type SuiteOptions } from './suite.ts';
import { writeTensorFile } from './tensor-file.ts';
import type { TrainingCase } from './training/case.ts';
import { fusionCase } from './training/fusion.ts';
import { resnet50Case, resunetCase, takeAndGiveCase } from './training/nets.ts';

const SUITE = 'training';
/** Steps in a row before the other side's turn: short, so that noise of the machine falls on both alike. */
const STEPS = 3;
/**
 * Outputs and losses, relative to their largest value: float32 sums in another order, through up to 50 layers with
 * batch statistics; and the first steps of Adam have one length whatever the gradient, so that rounding decides the
 * direction where it is nearly zero (ResNet50: 3e-3 after three steps). A wrong layer is off by a share near 1.
 */
const EQUAL = 1e-2;

interface Entry {
  readonly name: string;
  readonly goal: number | null;
  readonly best: Way;
  create(): TrainingCase;
}

const entries: readonly Entry[] = [
  { name: 'ResNet50, 8 × 128×128, plain tfjs', goal: null, best: 'plain', create: resnet50Case },
  { name: 'ResNet50, 8 × 128×128', goal: 1.2, best: 'native', create: resnet50Case },
  { name: 'ResUnet demo, 8 × 64×64', goal: 1.2, best: 'native', create: resunetCase },
  { name: 'Take and Give demo, 8 × 64×64', goal: 1.2, best: 'native', create: takeAndGiveCase },
  { name: 'DF-GT ExpG, 32 images', goal: 0.6, best: 'native', create: () => fusionCase('fusion') },
  {
    name: 'DF-GT ExpG, 32 images, peer on disputed pixels too',
    goal: null,
    best: 'native',
    create: () => fusionCase('fusion-disputed'),
  },
  {
    name: 'DF-GT ExpG, 32 images at once, peer one by one',
    goal: null,
    best: 'native',
    create: () => fusionCase('fusion-one-by-one'),
  },
];

/** One training step (forward, backward, Adam) beside PyTorch on the same cores, equal outputs shown first. */
export const training: Suite = {
  name: SUITE,
  summary: 'one training step (forward, backward, Adam) beside PyTorch on the same cores',
  async *run(options: SuiteOptions): AsyncGenerator<Row> {
    const backend = await loadBackend();
    const peer = await startPeer('training', backend.threads, options.say);
    const folder = await mkdtemp(path.join(tmpdir(), 'consilium-bench-'));
    try {
      const { version, threads } = await peer.ask<{ version: string; threads: number }>({ ask: 'version' });
      options.say(
        `ours: ${backend.name} ${backend.version} on ${backend.device}, ${backend.threads} threads, ` +
          `own kernels ${backend.kernels ? 'loaded' : 'missing'}; peer: PyTorch ${version}, ${threads} threads`,
      );
      for (const entry of entries.filter(({ name }) => name.includes(options.only))) {
        yield* measure(entry, peer, path.join(folder, 'arrays.bin'), options);
      }
    } finally {
      await peer.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function* measure(
  entry: Entry,
  peer: Peer,
  file: string,
  { rounds, say }: SuiteOptions,
): AsyncGenerator<Row> {
  const ours = entry.create();
  try {
    await writeTensorFile(file, ours.arrays);
    const { net, trainable, learningRate: rate } = ours;
    const { layouts } = await peer.ask<{ layouts: string[] }>({ ask: 'load', net, file, trainable, rate });
    const step = () => withWay(entry.best, () => ours.step());
    yield* compare(entry, ours, peer, layouts, step);
    const times = await time(step, peer, layouts, rounds);
    say(`${entry.name}: ms a step ${describeTimes(['ours', ...layouts], times)}`);
    yield summarise(entry, times, layouts);
  } finally {
    ours.dispose();
  }
}

/** Equal outputs for copied weights, and equal losses along the first steps: backward and Adam agree too. */
async function* compare(
  { name, best }: Entry,
  ours: TrainingCase,
  peer: Peer,
  layouts: readonly string[],
  step: () => number,
): AsyncGenerator<Row> {
  const outputs = withWay(best, () => ours.outputs());
  const losses = Array.from({ length: STEPS }, step);
  let [output, loss] = [0, 0];
  for (const layout of layouts) {
    const { values } = await peer.ask<{ values: number[] }>({ ask: 'outputs', layout, exact: true });
    const first = await peer.ask<Timed>({ ask: 'step', layout, steps: STEPS, exact: true });
    output = Math.max(output, relativeDifference(outputs, values));
    loss = Math.max(loss, relativeDifference(losses, first.losses));
  }
  const row = { suite: SUITE, unit: 'relative difference', peer: 0, goal: EQUAL };
  yield createRow({ ...row, case: `${name}: equal outputs`, ours: output, ratio: output });
  yield createRow({ ...row, case: `${name}: equal losses of ${STEPS} steps`, ours: loss, ratio: loss });
}

interface Timed {
  readonly times: number[];
  readonly losses: number[];
}

/** Median milliseconds of a step, by side and round; ours first, then the peer's layouts. */
function time(
  step: () => number,
  peer: Peer,
  layouts: readonly string[],
  rounds: number,
): Promise<number[][]> {
  const ours = () => medianTime(step, STEPS);
  const others = layouts.map((layout) => async () => {
    const answer = await peer.ask<Timed>({ ask: 'step', layout, steps: STEPS, exact: false });
    return median(answer.times);
  });
  return interleave([ours, ...others], rounds);
}

/** PyTorch's better layout counts. */
function summarise({ name, goal }: Entry, times: readonly number[][], layouts: readonly string[]): Row {
  const [ours, ...peers] = times;
  const medians = peers.map(median);
  const best = medians.indexOf(Math.min(...medians));
  return createRow({
    suite: SUITE,
    case: `${name} (peer: ${layouts[best]})`,
    ours: median(ours),
    peer: medians[best],
    unit: 'ms a step',
    ratio: medianRatio(ours, peers[best]),
    goal,
  });
}
