import { z } from 'zod';

const word = z.string().trim().min(1).max(200);

/** The settings that every published layout has. */
export const layoutSettings = ({
  modality,
  diagnosisNames,
}: {
  modality: string;
  diagnosisNames: [string, string];
}) => ({
  name: word.optional().meta({
    description: "Name of the dataset. If omitted, the folder's name.",
    source: 'The layout does not name it.',
  }),
  description: z.string().default('').meta({
    description: 'Free text about the dataset.',
    source: 'The layout has none.',
  }),
  modality: z.string().default(modality).meta({
    description: 'How the images were acquired, as free text.',
    source: 'The publication.',
  }),
  diagnosisNames: z.tuple([word, word]).default(diagnosisNames).meta({
    description: 'Names of the diagnoses 0 and 1.',
    source: 'The publication.',
  }),
});

/** For masks that are white (255) on black (0), some of them smoothed or JPEG. */
export const markedFrom = z.number().int().min(1).max(65535).default(128).meta({
  description: 'The smallest value of a mask file that is the object. 1 for masks of 0 and 1.',
  source:
    'The published masks are 0 and 255; half of that, so that the grey of smoothed edges and of JPEG falls to its side.',
  unit: null,
});

export const missingMask = z.enum(['error', 'skip']).default('error').meta({
  description: 'A mask file that is not there: an error, or not annotated.',
  source: 'Our choice: a copy that is not complete should be noticed.',
});
