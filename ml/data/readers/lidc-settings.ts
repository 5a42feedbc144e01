import { z } from 'zod';
import { layoutSettings } from './layout-settings.ts';
import { dealtFractions, splitSetting } from './split-settings.ts';

const word = z.string().trim().min(1).max(200);
const millimetres = z.number().positive();

export const lidcSettings = z.strictObject({
  ...layoutSettings({ modality: 'CT', diagnosisNames: ['benign', 'malignant'] }),
  images: z.string().min(1).default('.').meta({
    description:
      'Where the exported slices are, relative to the folder of the XML file: images called <SOP instance UID>.png.',
    source: 'Our choice: LIDC-IDRI publishes the slices as DICOM.',
  }),
  readers: z
    .number()
    .int()
    .min(1)
    .max(99)
    .default(4)
    .meta({
      description:
        'How many reading sessions a file may have. Session n is the rater `reader n`: a place in the file, not a person. ' +
        'The first reader of one scan need not be the first of another.',
      source: 'LIDC-IDRI: four.',
      unit: 'sessions',
    }),
  unmarked: z
    .enum(['empty', 'skip'])
    .default('empty')
    .meta({
      description:
        'What it means if a reader outlined nothing in a slice that another one marked. empty: looked at and found empty. ' +
        'skip: not annotated.',
      source: 'Armato et al. 2011: each reader searched the whole scan twice.',
    }),
  missing: z.enum(['error', 'skip']).default('error').meta({
    description: 'A marked slice that was not exported: an error, or left out.',
    source: 'Our choice: an export that is not complete should be noticed.',
  }),
  structure: word.default('nodule').meta({ description: 'Name of the structure.', source: 'LIDC-IDRI.' }),
  indeterminate: z
    .number()
    .min(1)
    .max(5)
    .default(3)
    .meta({
      description:
        'The malignancy rating, 1 to 5, that says nothing. Higher ones are diagnosis 1, lower ones 0. ' +
        'A reader’s rating of a slice is the highest of the nodules outlined there; `reference` is the median of the readers.',
      source: 'Shen et al. 2017 (multi-crop CNN): median above 3 malignant, below benign, 3 left out.',
      unit: null,
    }),
  spacing: z.tuple([millimetres, millimetres]).optional().meta({
    description:
      'Height and width of a pixel, for slices that slices.csv does not name. If omitted, unknown.',
    source: 'The XML files do not state it.',
    unit: 'mm',
  }),
  split: splitSetting,
  fractions: dealtFractions,
});

export type LidcSettings = z.infer<typeof lidcSettings>;
