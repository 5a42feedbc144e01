import { dawidSkene } from '../../ml/fusion/dawid-skene.ts';
import { majorityVote } from '../../ml/fusion/majority-vote.ts';
import { medianTime } from '../rounds.ts';
import { relativeDifference } from '../statistics.ts';
import type { Row } from '../suite.ts';
import { drawMasks, writeMasks } from './drawn-masks.ts';
import { differenceRow, fuseAll, timeRow, type FusionCase, type Workplace } from './fusion-case.ts';

const [VOTE, DAWID_SKENE] = ['majority vote', 'Dawid–Skene'].map((name) => `${name}, 7 raters, 256×256`);
const RUNS = 5;
/** Iterations of Dawid–Skene that both are timed for. */
const ITERATIONS = 5;
/** Crowd-kit ends by its loss, early; we let it run until its rates stand as still as ours. */
const UNTIL_STILL = 60;

interface Answer {
  readonly posterior: number[];
  readonly labels: number[];
}

/** Beside crowd-kit's MajorityVote: shares of votes, and labels. */
export const majorityVoteCase: FusionCase = {
  name: VOTE,
  async *run(workplace: Workplace): AsyncGenerator<Row> {
    const { peer, folder } = workplace;
    const drawn = drawMasks();
    const { source } = drawn;
    await peer.ask({ ask: 'load', file: await writeMasks(drawn, folder) });
    const { posterior, labels } = await peer.ask<Answer>({ ask: 'majority' });
    const [soft] = await fuseAll(majorityVote, { source });
    const [hard] = await fuseAll(majorityVote, { source, config: { output: 'hard' } });
    const difference = relativeDifference(soft.fused, posterior);
    // Ours are float32.
    yield differenceRow({ case: `${VOTE}: equal shares`, difference, goal: 1e-7 });
    yield differentLabels(VOTE, hard.fused, labels);

    const ours = () => medianTime(() => fuseAll(majorityVote, { source, config: { output: 'hard' } }), RUNS);
    const other = async () => (await peer.ask<{ time: number }>({ ask: 'majority', runs: RUNS })).time;
    yield timeRow({ case: VOTE, ours, peer: other, unit: 'ms', goal: 1 }, workplace);
  },
};

/** Beside crowd-kit's DawidSkene, which starts from the vote too and estimates the same prior and confusion matrices. */
export const dawidSkeneCase: FusionCase = {
  name: DAWID_SKENE,
  async *run(workplace: Workplace): AsyncGenerator<Row> {
    const { peer, folder } = workplace;
    const drawn = drawMasks();
    const { source } = drawn;
    await peer.ask({ ask: 'load', file: await writeMasks(drawn, folder) });
    const question = { ask: 'dawid-skene', iterations: UNTIL_STILL };
    const { posterior, labels } = await peer.ask<Answer>(question);
    const [soft] = await fuseAll(dawidSkene, { source });
    const [hard] = await fuseAll(dawidSkene, { source, config: { output: 'hard' } });
    const difference = relativeDifference(soft.fused, posterior);
    yield differenceRow({ case: `${DAWID_SKENE}: equal posteriors`, difference, goal: 1e-4 });
    yield differentLabels(DAWID_SKENE, hard.fused, labels);

    const config = { maxIterations: ITERATIONS, tolerance: 0 };
    const ours = () => medianTime(() => fuseAll(dawidSkene, { source, config }), RUNS);
    const timed = { ...question, iterations: ITERATIONS, runs: 1 };
    const other = async () => (await peer.ask<{ time: number }>(timed)).time;
    const name = `${DAWID_SKENE}, ${ITERATIONS} iterations`;
    yield timeRow({ case: name, ours, peer: other, unit: 'ms', goal: 1 }, workplace);
  },
};

function differentLabels(name: string, ours: Float32Array, theirs: readonly number[]): Row {
  const difference = theirs.filter((label, pixel) => label !== ours[pixel]).length;
  return differenceRow({ case: `${name}: equal labels`, difference, goal: 0, unit: 'pixels that differ' });
}
