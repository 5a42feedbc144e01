import { createRandom, shuffled } from '../random.ts';
import type { SampleSource } from './sample.ts';

/**
 * The control for fusions that see the label: the same images with their diagnoses shuffled among themselves (those
 * without a diagnosis stay without). What such a fusion still gains cannot come from true labels. Open the source
 * with one split, so that labels do not move between splits.
 */
export function permuteDiagnoses(source: SampleSource, seed: number): SampleSource {
  const labelled = source.diagnoses.flatMap((diagnosis, index) => (diagnosis === null ? [] : [index]));
  const moved = shuffled(createRandom(seed, 'permuted diagnoses'), labelled);
  const diagnoses = [...source.diagnoses];
  labelled.forEach((to, k) => (diagnoses[to] = source.diagnoses[moved[k]]!));
  return {
    height: source.height,
    width: source.width,
    raters: source.raters,
    structures: source.structures,
    ids: source.ids,
    subjects: source.subjects,
    diagnoses,
    read: async (indices) => {
      const samples = await source.read(indices);
      return samples.map((sample, k) => ({ ...sample, diagnosis: diagnoses[indices[k]]! }));
    },
  };
}
