import { dfGtExpG } from '../../ml/fusion/df-gt-expg.ts';
import { drawDiscs, frozenDlCat } from '../discs.ts';
import { medianTime } from '../rounds.ts';
import { relativeDifference } from '../statistics.ts';
import type { Row } from '../suite.ts';
import { differenceRow, fuseAll, timeRow, type FusionCase, type Workplace } from './fusion-case.ts';

const IMAGES = 32;
const NAME = `DF-GT ExpG, ${IMAGES} at once and one at a time`;
/**
 * Two ways to add the same float32 numbers differ by some 1e-6 in a loss, and each of the demo's steep steps through an
 * untrained θ carries that further: masks differ by 4e-5 after five steps, by 3e-4 after ten, and after twenty each goes
 * a way of its own. So equality is shown over five.
 */
const [EQUAL, EQUAL_STEPS] = [1e-3, 5];

/** Ours beside ours: whole fusions in the demo's settings, with the demo's DL-CAT as θ. */
export const expGCase: FusionCase = {
  name: NAME,
  async *run(workplace: Workplace): AsyncGenerator<Row> {
    const { source } = drawDiscs(IMAGES);
    const diagnosisNetwork = frozenDlCat();
    const demo = dfGtExpG.config.parse(dfGtExpG.presets.demo);
    const fuse = (imagesAtOnce: number, steps: number) =>
      fuseAll(dfGtExpG, { source, diagnosisNetwork, config: { ...demo, imagesAtOnce, steps } });
    try {
      const [together, apart] = [await fuse(IMAGES, EQUAL_STEPS), await fuse(1, EQUAL_STEPS)];
      const masks = together.map(({ fused }, k) => relativeDifference(fused, apart[k].fused));
      const equal = `${NAME}: equal masks after ${EQUAL_STEPS} steps`;
      yield differenceRow({ case: equal, difference: Math.max(...masks), goal: EQUAL });
      const image = (imagesAtOnce: number) => async () =>
        (await medianTime(() => fuse(imagesAtOnce, demo.steps), 1)) / IMAGES;
      const sides = { ours: image(IMAGES), peer: image(1) };
      yield timeRow({ case: NAME, ...sides, unit: 'ms an image', goal: 1 / 5 }, workplace);
    } finally {
      diagnosisNetwork.weights.dispose();
    }
  },
};
