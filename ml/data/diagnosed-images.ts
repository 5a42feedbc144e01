import type { SampleSource } from './sample.ts';

/** Indices of the images whose diagnosis is known: what a diagnosis model can learn from. */
export function diagnosedImages({ ids, diagnoses }: Pick<SampleSource, 'ids' | 'diagnoses'>): number[] {
  return ids.map((_, index) => index).filter((index) => diagnoses[index] != null);
}
