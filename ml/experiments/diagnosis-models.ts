import { diagnosisModels } from '../diagnosis/index.ts';
import type { Subject } from './experiment.ts';

/** The networks of Figures 2 and 4, in the paper's order. */
export const networks = ['dl-cat', 'dl-roi', 'dl-att', 'dl-ssl', 'dl-seat'];

/** Figure 4's measures that need no network, and ours in their manner for a single outline. */
const measures = {
  cupAndDisc: ['vcdr-ts', 'vcdr-svm'],
  outline: ['asymmetry-ts', 'border-ts', 'asymmetry-border-svm'],
};

/** The diagnosis models that an experiment asks: those named, or the paper's with the measures that fit the structures. */
export function modelsFor({ structures }: Subject, named: readonly string[] | null): readonly string[] {
  if (named) {
    named.forEach((name) => diagnosisModels.get(name)); // an unknown name is refused
    return named;
  }
  const fundus = ['disc', 'cup'].every((name) => structures.includes(name));
  return [...networks, ...(fundus ? measures.cupAndDisc : measures.outline)];
}
