import { InputError } from '../errors.ts';
/**
 * The threshold that tells the classes apart best: it maximises sensitivity + specificity − 1 (Youden, Index for rating
 * diagnostic tests, Cancer 1950), where scores above it are called 1. It lies halfway between two neighbouring scores;
 * of equally good ones it is the highest. Where all scores are equal it is that score.
 * @throws InputError where a class is missing.
 */
export function youdenThreshold(scores: readonly number[], labels: readonly (0 | 1)[]): number {
  const positive = labels.filter((label) => label === 1).length;
  const negative = labels.length - positive;
  if (positive === 0 || negative === 0) {
    throw new InputError(`a threshold needs both diagnoses: received ${negative} of 0 and ${positive} of 1`);
  }
  const order = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a]);
  let best = { index: -Infinity, threshold: scores[order[0]] };
  let index = 0;
  for (let k = 0; k + 1 < order.length; k++) {
    index += labels[order[k]] === 1 ? 1 / positive : -1 / negative;
    const [here, next] = [scores[order[k]], scores[order[k + 1]]];
    // Equal indices may differ by rounding.
    if (here > next && index > best.index + 1e-9) best = { index, threshold: (here + next) / 2 };
  }
  return best.threshold;
}
