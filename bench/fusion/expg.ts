import { dfGtExpG } from '../../ml/fusion/df-gt-expg.ts';
import { drawDiscs, frozenDlCat } from '../discs.ts';
import { medianTime } from '../rounds.ts';
import { relativeDifference } from '../statistics.ts';
import type { Row } from '../suite.ts';
import { differenceRow, fuseAll, timeRow, type FusionCase, type Workplace } from './fusion-case.ts';

const IMAGES = 32;
const NAME = `DF-GT ExpG, ${IMAGES} images at once beside one at a time`;
/**
 * Two ways to add the same float32 numbers differ by some 1e-7; forty steps of Adam, which divides a gradient by its own
 * size, carry that on.
 */
const EQUAL = 1e-3;

/** Ours beside ours: whole fusions in the demo's settings, with the demo's DL-CAT as θ. */
export const expGCase: FusionCase = {
  name: NAME,
  async *run(workplace: Workplace): AsyncGenerator<Row> {
    const { source } = drawDiscs(IMAGES);
    const diagnosisNetwork = frozenDlCat();
    const fuse = (imagesAtOnce: number) => {
      const config = { ...dfGtExpG.presets.demo, imagesAtOnce };
      return fuseAll(dfGtExpG, { source, diagnosisNetwork, config });
    };
    try {
      const [together, apart] = [await fuse(IMAGES), await fuse(1)];
      const masks = together.map(({ fused }, k) => relativeDifference(fused, apart[k].fused));
      yield differenceRow({ case: `${NAME}: equal masks`, difference: Math.max(...masks), goal: EQUAL });
      const image = (imagesAtOnce: number) => async () =>
        (await medianTime(() => fuse(imagesAtOnce), 1)) / IMAGES;
      const sides = { ours: image(IMAGES), peer: image(1) };
      yield timeRow({ case: NAME, ...sides, unit: 'ms an image', goal: 1 / 5 }, workplace);
    } finally {
      diagnosisNetwork.weights.dispose();
    }
  },
};
