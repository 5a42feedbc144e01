import { diagnosisModels } from '../diagnosis/index.ts';
import type { Subject } from './experiment.ts';

/** The networks of Figures 2 and 4, in the paper's order. */
export const networks = ['dl-cat', 'dl-roi', 'dl-att', 'dl-ssl', 'dl-seat'];

/** The measures of Figure 4 that need no network: each fits the structures that it measures. */
const measures = ['vcdr-ts', 'vcdr-svm'];

/** The diagnosis models that an experiment asks: those named, or the paper's that fit the structures. */
export function modelsFor({ structures }: Subject, named: readonly string[] | null): readonly string[] {
  if (named) {
    named.forEach((name) => diagnosisModels.get(name)); // an unknown name is refused
    return named;
  }
  const fundus = ['disc', 'cup'].every((name) => structures.includes(name));
  return fundus ? [...networks, ...measures] : networks;
}
