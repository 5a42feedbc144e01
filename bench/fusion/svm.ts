import { vcdrSvm } from '../../ml/diagnosis/vcdr-svm.ts';
import { createRandom, normal } from '../../ml/random.ts';
import { relativeDifference } from '../statistics.ts';
import type { Row } from '../suite.ts';
import { differenceRow, type FusionCase } from './fusion-case.ts';

const NAME = 'vcdr-svm, decision values of 150 images';
/** Both are LIBSVM, which writes its offset with six digits; ours keeps float32. */
const EQUAL = 1e-4;

/** Beside scikit-learn's StandardScaler and SVC(class_weight='balanced'), both trained to a tolerance of 1e-6. */
export const svmCase: FusionCase = {
  name: NAME,
  async *run({ peer }): AsyncGenerator<Row> {
    const random = createRandom('bench', 'ratios');
    const labels = Array.from({ length: 150 }, (): 0 | 1 => (random() < 0.4 ? 1 : 0));
    const features = labels.map((label) => [0.45 + 0.15 * label + 0.1 * normal(random)]);
    const config = vcdrSvm.config.parse({});
    const fitted = await vcdrSvm.fit({ features, labels, config, seed: 1 });
    const ours = features.map((row) => vcdrSvm.predict(fitted, row));
    const question = { ask: 'svm', features, labels, cost: config.cost, gamma: config.gamma };
    const { decisions } = await peer.ask<{ decisions: number[] }>(question);
    yield differenceRow({ case: NAME, difference: relativeDifference(ours, decisions), goal: EQUAL });
  },
};
