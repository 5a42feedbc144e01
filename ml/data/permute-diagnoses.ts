import { createRandom, shuffled, type Random } from '../random.ts';
import { imagesBySubject } from '../statistics/subjects.ts';
import type { SampleSource } from './sample.ts';

export interface Permutation {
  /** Which of the many, counted from 0. */
  readonly index: number;
  /** What is shuffled: diagnoses of images, as version 0.1.0 did, or of subjects, with all their images. */
  readonly by: 'image' | 'subject';
}

/**
 * How many permutations a control is made of where nothing is asked for: enough to see their spread. Each costs a fusion
 * of the images that are evaluated and one more reading of them; with the leak closed also a fit and a training a model.
 */
export const defaultPermutations = 5;

/**
 * The control for fusions that see labels: the same images with their diagnoses shuffled among themselves (those
 * without a diagnosis stay without). What such a fusion still gains cannot come from true labels. Open the source
 * with one split, so that labels do not move between splits.
 *
 * By subject, a subject whose images share one diagnosis hands it on as a whole: shuffled image by image, two eyes of a
 * person would get unlike labels, which true ones never are. Images of subjects who have both diagnoses are shuffled
 * among themselves. Where every image shows another subject, that is the same as by image.
 */
export function permuteDiagnoses(
  source: SampleSource,
  seed: number,
  { index, by }: Permutation = { index: 0, by: 'subject' },
): SampleSource {
  const key = 'permuted diagnoses';
  const random = index === 0 ? createRandom(seed, key) : createRandom(seed, key, index);
  const diagnoses = [...source.diagnoses];
  const [alike, unlike] = blocksOf(source, by);
  handOn(random, alike, source.diagnoses, diagnoses);
  handOn(random, unlike, source.diagnoses, diagnoses);
  return {
    height: source.height,
    width: source.width,
    raters: source.raters,
    structures: source.structures,
    ids: source.ids,
    subjects: source.subjects,
    diagnoses,
    trueDiagnoses: source.trueDiagnoses ?? source.diagnoses,
    read: async (indices) => {
      const samples = await source.read(indices);
      return samples.map((sample, k) => ({ ...sample, diagnosis: diagnoses[indices[k]]! }));
    },
  };
}

type Blocks = readonly (readonly number[])[];

/** Labelled images that keep one diagnosis together; and, one by one, those of subjects who have both. */
function blocksOf({ ids, subjects, diagnoses }: SampleSource, by: Permutation['by']): [Blocks, Blocks] {
  const groups = imagesBySubject(ids.length, by === 'subject' ? subjects : undefined)
    .map((images) => images.filter((image) => diagnoses[image] !== null))
    .filter((images) => images.length > 0);
  const isAlike = (images: readonly number[]): boolean =>
    images.every((image) => diagnoses[image] === diagnoses[images[0]]);
  const unlike = groups.filter((images) => !isAlike(images)).flat();
  return [groups.filter(isAlike), unlike.map((image) => [image])];
}

/** Each block gets the diagnosis of another. */
function handOn(random: Random, blocks: Blocks, from: readonly (0 | 1 | null)[], to: (0 | 1 | null)[]): void {
  const moved = shuffled(random, blocks);
  blocks.forEach((images, k) => images.forEach((image) => (to[image] = from[moved[k][0]])));
}
