import { phantoms } from '../../ml/data/index.ts';
import { memorySource } from '../../ml/data/memory-source.ts';
import { phantomSource } from '../../ml/data/phantom-source.ts';
import type { SampleSource } from '../../ml/data/sample.ts';
import { dfGtExpG } from '../../ml/fusion/df-gt-expg.ts';
import { drawDiscs, frozenDlCat } from '../discs.ts';
import { medianTime } from '../rounds.ts';
import { relativeDifference } from '../statistics.ts';
import type { Row } from '../suite.ts';
import { differenceRow, fuseAll, timeRow, type FusionCase, type Workplace } from './fusion-case.ts';

const IMAGES = 32;
/**
 * Two ways to add the same float32 numbers differ by some 1e-6. Adam's first step has one length whatever the gradient, so
 * that this rounding decides the direction of a parameter whose gradient is nearly zero: with the demo's steep steps through
 * an untrained θ some image of 32 goes a way of its own after a few. So equality is shown with the paper's step.
 */
const [EQUAL, GENTLE] = [1e-3, { steps: 20, learningRate: 1e-4 }];

interface Subject {
  readonly what: string;
  readonly goal: number | null;
  readonly source: () => SampleSource | Promise<SampleSource>;
}

/** What the demo fuses, and images of whose pixels nearly a third are disputed, four times the demo's. */
const subjects: readonly Subject[] = [
  { what: 'fundus phantom', goal: 1 / 5, source: drawPhantom },
  { what: 'much disputed discs', goal: null, source: () => drawDiscs(IMAGES).source },
];

async function drawPhantom(): Promise<SampleSource> {
  const phantom = phantoms
    .get('fundus')
    .create({ seed: 1, config: { train: 0, validation: 0, test: IMAGES } });
  const source = phantomSource(phantom);
  return memorySource({ ...source, samples: await source.read(source.ids.map((_, index) => index)) });
}

/** Ours beside ours: whole fusions in the demo's settings, with the demo's DL-CAT as θ. */
export const expGCase: FusionCase = {
  name: `DF-GT ExpG, ${IMAGES} at once and one at a time`,
  async *run(workplace: Workplace): AsyncGenerator<Row> {
    for (const subject of subjects) yield* compare(subject, workplace);
  },
};

async function* compare({ what, goal, source: draw }: Subject, workplace: Workplace): AsyncGenerator<Row> {
  const source = await draw();
  const diagnosisNetwork = frozenDlCat();
  const demo = dfGtExpG.config.parse(dfGtExpG.presets.demo);
  const fuse = (imagesAtOnce: number, settings = {}) =>
    fuseAll(dfGtExpG, { source, diagnosisNetwork, config: { ...demo, ...settings, imagesAtOnce } });
  try {
    const [together, apart] = [await fuse(IMAGES, GENTLE), await fuse(1, GENTLE)];
    const masks = together.map(({ fused }, k) => relativeDifference(fused, apart[k].fused));
    const name = `${expGCase.name}, ${what}`;
    const equal = `${name}: equal masks after ${GENTLE.steps} gentle steps`;
    yield differenceRow({ case: equal, difference: Math.max(...masks), goal: EQUAL });
    const image = (imagesAtOnce: number) => async () =>
      (await medianTime(() => fuse(imagesAtOnce), 1)) / IMAGES;
    const sides = { ours: image(IMAGES), peer: image(1) };
    yield await timeRow({ case: name, ...sides, unit: 'ms an image', goal }, workplace);
  } finally {
    diagnosisNetwork.weights.dispose();
  }
}
