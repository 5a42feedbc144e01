import { z } from 'zod';
import { createRandom } from '../random.ts';
import { imagesBySubject } from '../statistics/subjects.ts';
import type { SampleSource } from './sample.ts';

/**
 * One of some parts of about equal size into which the subjects of a split fall, with all their images: two eyes of a
 * person are alike, so that who has learned from one knows of the other.
 */
export const fold = z
  .strictObject({
    index: z.int().min(0).meta({ description: 'Index of the part, counted from 0.', unit: null }),
    of: z
      .int()
      .min(2)
      .max(10)
      .meta({ description: 'Number of parts into which the subjects are divided.', unit: 'parts' }),
    division: z
      .enum(['stratified', 'by-name'])
      .default('stratified')
      .meta({
        description:
          'How subjects are divided. stratified: those of each diagnosis are dealt out in turn, so that every part has its ' +
          'share of both. by-name: each by a hash of its own name, whatever its diagnosis, as version 0.1.0 did.',
        source: 'Stratified, as is usual: by name, a part of a small set may lack a diagnosis.',
      }),
  })
  .refine(({ index, of }) => index < of, { message: 'index must be below of' });
export type Fold = z.infer<typeof fold>;

/** All parts of a division. */
export const foldsOf = (of: number): readonly Fold[] =>
  Array.from({ length: of }, (_, index) => ({ index, of, division: 'stratified' }));

/** What a fold is made from. */
export type Divided = Pick<SampleSource, 'ids' | 'subjects' | 'diagnoses' | 'trueDiagnoses'>;

/**
 * Images of the fold, by index, of a whole split: stratified, a subject's part depends on those beside it. Diagnoses that
 * are permuted for a control do not matter.
 */
export function imagesOfFold(source: Divided, fold: Fold): number[] {
  const { ids, subjects = ids } = source;
  if (fold.division === 'by-name') {
    return ids.flatMap((_, image) => (inPartByName(subjects[image], fold) ? [image] : []));
  }
  const inPart = dealtOut(source).flatMap((images, position) =>
    position % fold.of === fold.index ? images : [],
  );
  return inPart.sort((a, b) => a - b);
}

const inPartByName = (subject: string, { index, of }: Fold): boolean =>
  Math.floor(createRandom('fold', subject)() * of) === index;

/** The images of each subject, in the order in which subjects are dealt out: one diagnosis after another. */
function dealtOut({ ids, subjects = ids, diagnoses, trueDiagnoses = diagnoses }: Divided): number[][] {
  const cards = imagesBySubject(ids.length, subjects).map((images) => {
    const subject = subjects[images[0]];
    const stratum = stratumOf(images.map((image) => trueDiagnoses[image]));
    return { images, subject, stratum, chance: createRandom('stratified fold', subject)() };
  });
  cards.sort((a, b) => a.stratum - b.stratum || a.chance - b.chance || (a.subject < b.subject ? -1 : 1));
  return cards.map(({ images }) => images);
}

/** Positive images only, negative ones only, both, none with a diagnosis. */
function stratumOf(diagnoses: readonly (0 | 1 | null)[]): number {
  const [positive, negative] = [diagnoses.includes(1), diagnoses.includes(0)];
  if (positive && negative) return 2;
  if (positive) return 0;
  return negative ? 1 : 3;
}

/** For a person, counted as the settings count: 'fold 0 of 2'. */
export const foldName = ({ index, of, division }: Fold): string =>
  `fold ${index} of ${of}${division === 'by-name' ? ' by name' : ''}`;

/** In words, what keeps these from being all parts of one division, each once; null where they are. */
export function divisionFault(folds: readonly Fold[]): string | null {
  const [first] = folds;
  if (!first) return 'there is no fold';
  const other = folds.find(({ of, division }) => of !== first.of || division !== first.division);
  if (other) return `${foldName(first)} and ${foldName(other)} overlap`;
  for (let index = 0; index < first.of; index++) {
    const count = folds.filter((one) => one.index === index).length;
    const name = foldName({ ...first, index });
    if (count === 0) return `${name} is missing`;
    if (count > 1) return `${name} is there ${count} times`;
  }
  return null;
}
