import { z } from 'zod';
import { diagnosisScale, diagnosisValues } from './diagnosis-words.ts';
import { optionalFractions } from './split-settings.ts';
import { normalName } from './normal-form.ts';

const name = z.string().overwrite(normalName).min(1).max(200);
const keys = z.array(z.string().min(1)).min(1);
const split = z.enum(['train', 'validation', 'test', 'none']);

/** What COCO leaves open, and what annotators' tools put beside it. */
export const cocoSettings = z.strictObject({
  name: name.optional().meta({
    description: "Name of the dataset. If omitted, the folder's name.",
    source: 'COCO does not name datasets.',
  }),
  description: z.string().optional().meta({
    description: "Free text about the dataset. If omitted, the file's `info.description`.",
    source: 'COCO.',
  }),
  modality: z.string().default('').meta({
    description: 'How the images were acquired, as free text: fundus, ultrasound, …',
    source: 'COCO does not state it.',
  }),
  file: z.string().min(1).optional().meta({
    description: 'The annotation file, relative to the folder. If omitted, the only COCO file in the folder.',
    source: 'Our choice: there is no conventional name.',
  }),
  images: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        'Folder of the image files, relative to the dataset folder. If omitted, wherever the first image is found: the folder itself, ' +
        '`images`, or next to the annotation file.',
      source: 'The usual places.',
    }),
  structures: z.array(name).min(1).optional().meta({
    description:
      'The categories to import, in order. If omitted, those that annotations refer to, in the order of the file.',
    source: 'COCO.',
  }),
  raterKeys: keys.default(['annotator', 'annotator_id', 'rater', 'rater_id']).meta({
    description: 'Keys under which an annotation may name its rater. The first one present is used.',
    source: 'Our choice: COCO has no raters.',
  }),
  rater: name.default('rater 1').meta({
    description: 'The rater of all annotations in a file that names no rater.',
    source: 'Our choice.',
  }),
  unmarked: z
    .enum(['skip', 'empty'])
    .default('skip')
    .meta({
      description:
        'What it means if a rater has no annotation of a structure in an image. skip: not annotated. empty: looked at and ' +
        'found empty.',
      source: 'Our choice: COCO does not tell these apart.',
    }),
  crowd: z.enum(['keep', 'skip']).default('keep').meta({
    description:
      'How to treat annotations with `iscrowd: 1`. keep: their pixels belong to the structure. skip: they are left out.',
    source: 'Semantic masks made from COCO keep them.',
  }),
  subjectKeys: keys.default(['subject', 'subject_id', 'patient', 'patient_id']).meta({
    description:
      'Keys under which an image may name its subject. The first one present is used. An image without any is its own subject.',
    source: 'Our choice: COCO has no subjects.',
  }),
  splitKey: z.string().min(1).default('split').meta({
    description: 'Key under which an image names its split.',
    source: 'Our choice: COCO uses one file per split.',
  }),
  split: split.optional().meta({
    description:
      'The split of images that do not name one. If omitted, `fractions` decides; without it they have none, which is enough ' +
      'where nothing is trained.',
    source: 'Our choice: a split is never guessed.',
  }),
  fractions: optionalFractions,
  splits: z
    .record(z.string(), split)
    .default({
      train: 'train',
      validation: 'validation',
      val: 'validation',
      valid: 'validation',
      test: 'test',
      none: 'none',
    })
    .meta({
      description: 'The names that the file uses for train, validation and test.',
      source: 'The usual names.',
    }),
  diagnosisKey: z.string().min(1).default('diagnosis').meta({
    description: 'Key under which an image has its diagnosis.',
    source: 'Our choice: COCO has no diagnoses.',
  }),
  diagnosisScale: diagnosisScale.nullable().default(null).meta({
    description: 'Kind and names of the values that diagnoses take. Null: they are 0 and 1.',
    source: 'COCO does not state it.',
  }),
  diagnosisValues: diagnosisValues.optional().meta({
    description:
      'The accepted words and the values that they stand for, null for unknown; any other is an error. If omitted, 0 and 1, or the names of the scale.',
    source: 'Our choice.',
  }),
  diagnosisNames: z.tuple([name, name]).optional().meta({
    description: 'Names of the diagnoses 0 and 1. If omitted, they have no names.',
    source: 'COCO does not state it.',
  }),
  spacing: z.tuple([z.number().positive(), z.number().positive()]).optional().meta({
    description:
      'Height and width of a pixel, for images without a `spacing` of their own. If omitted, unknown.',
    source: 'COCO does not state it.',
    unit: 'mm',
  }),
  duplicates: z.enum(['error', 'allow']).default('error').meta({
    description:
      'Whether the same picture may stand in two splits, or under two names. error: it is a problem of the row. allow: the run warns of it.',
    source: 'Our choice: a picture in training and test gives a score that is too good.',
  }),
});

export type CocoSettings = z.infer<typeof cocoSettings>;
