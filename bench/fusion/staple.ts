import { staple } from '../../ml/fusion/staple.ts';
import { medianTime } from '../rounds.ts';
import { relativeDifference } from '../statistics.ts';
import type { Row } from '../suite.ts';
import { drawMasks, writeMasks } from './drawn-masks.ts';
import { differenceRow, fuseAll, timeRow, type FusionCase, type Workplace } from './fusion-case.ts';

const NAME = 'STAPLE, 7 raters, 256×256';
/** Fusions in a row before the other side's turn. */
const RUNS = 5;

interface Answer {
  readonly posterior: number[];
  readonly sensitivity: number[];
  readonly specificity: number[];
  readonly iterations: number;
}

/**
 * Beside SimpleITK's STAPLEImageFilter with its defaults, which are ours: prior from the votes, confidence weight 1, start
 * from the share of votes, end when no rate's squared change exceeds 1e-14 (ours: their sum), so that both do the same
 * work.
 */
export const stapleCase: FusionCase = {
  name: NAME,
  async *run(workplace: Workplace): AsyncGenerator<Row> {
    const { peer, folder, say } = workplace;
    const drawn = drawMasks();
    const { source } = drawn;
    await peer.ask({ ask: 'load', file: await writeMasks(drawn, folder) });
    const theirs = await peer.ask<Answer>({ ask: 'staple' });
    const [{ fused, raters, iterations }] = await fuseAll(staple, { source });
    say(`${NAME}: ${iterations} iterations, the peer ${theirs.iterations}`);

    const rates = raters.flatMap(({ sensitivity, specificity }) => [sensitivity!, specificity!]);
    const expected = theirs.sensitivity.flatMap((one, k) => [one, theirs.specificity[k]]);
    const pixels = relativeDifference(fused, theirs.posterior);
    yield differenceRow({ case: `${NAME}: all pixels equal`, difference: pixels, goal: 1e-4 });
    const difference = relativeDifference(rates, expected);
    yield differenceRow({ case: `${NAME}: equal sensitivities, specificities`, difference, goal: 1e-4 });

    const ours = () => medianTime(() => fuseAll(staple, { source }), RUNS);
    const other = async () => (await peer.ask<{ time: number }>({ ask: 'staple', runs: RUNS })).time;
    yield timeRow({ case: NAME, ours, peer: other, unit: 'ms', goal: 1 / 20 }, workplace);
  },
};
