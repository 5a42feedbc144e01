import { z } from 'zod';

const name = z.string().trim().min(1).max(200);
const keys = z.array(z.string().min(1)).min(1);
const split = z.enum(['train', 'validation', 'test']);

/** What COCO leaves open, and what annotators' tools put beside it. */
export const cocoSettings = z.strictObject({
  name: name.optional().meta({
    description: "Name of the dataset; left out: the folder's name.",
    source: 'COCO has no name for a dataset.',
  }),
  description: z.string().optional().meta({
    description: 'Free text about the dataset; left out: `info.description` of the file.',
    source: 'COCO.',
  }),
  modality: z.string().default('').meta({
    description: 'What made the images: fundus, ultrasound, … in free words.',
    source: 'COCO does not say.',
  }),
  file: z.string().min(1).optional().meta({
    description: 'The annotation file, relative to the folder; left out: the only COCO file there is.',
    source: 'Our choice: no name is customary.',
  }),
  images: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        'Folder of the image files, relative to the folder; left out: where the first image is, be it the folder itself, ' +
        '`images`, or beside the annotation file.',
      source: 'The customary places.',
    }),
  structures: z.array(name).min(1).optional().meta({
    description:
      'The categories to import, in order; left out: those that annotations name, in the order of the file.',
    source: 'COCO.',
  }),
  raterKeys: keys.default(['annotator', 'annotator_id', 'rater', 'rater_id']).meta({
    description: 'Where an annotation names its rater: the first of these keys that it has.',
    source: 'Our choice: COCO itself has no raters.',
  }),
  rater: name.default('rater 1').meta({
    description: 'The rater of all annotations of a file in which none names its rater.',
    source: 'Our choice.',
  }),
  unmarked: z
    .enum(['skip', 'empty'])
    .default('skip')
    .meta({
      description:
        'What it means that a rater has no annotation of a structure in an image. skip: not annotated. empty: seen and ' +
        'found empty.',
      source: 'Our choice: COCO does not tell these apart.',
    }),
  crowd: z.enum(['keep', 'skip']).default('keep').meta({
    description:
      'What becomes of annotations with `iscrowd: 1`. keep: their pixels belong to the structure. skip: they are left out.',
    source: 'Semantic masks made from COCO keep them.',
  }),
  subjectKeys: keys.default(['subject', 'subject_id', 'patient', 'patient_id']).meta({
    description:
      'Where an image names its subject: the first of these keys that it has. An image without one is a subject of its own.',
    source: 'Our choice: COCO itself has no subjects.',
  }),
  splitKey: z.string().min(1).default('split').meta({
    description: 'Where an image names its split.',
    source: 'Our choice: COCO itself has a file for each split.',
  }),
  split: split.optional().meta({
    description: 'The split of images that name none; left out: such images are refused.',
    source: 'Our choice: a split is never guessed.',
  }),
  splits: z
    .record(z.string(), split)
    .default({
      train: 'train',
      validation: 'validation',
      val: 'validation',
      valid: 'validation',
      test: 'test',
    })
    .meta({
      description: "The file's words for train, validation and test.",
      source: 'The customary words.',
    }),
  diagnosisKey: z.string().min(1).default('diagnosis').meta({
    description: 'Where an image has its diagnosis.',
    source: 'Our choice: COCO itself has none.',
  }),
  diagnosisValues: z
    .record(z.string(), z.union([z.literal(0), z.literal(1)]))
    .optional()
    .meta({
      description: 'The declared diagnoses and their values, any other being an error; left out: 0 and 1.',
      source: 'Our choice.',
    }),
  diagnosisNames: z.tuple([name, name]).optional().meta({
    description: 'What the diagnoses 0 and 1 are called; left out: they have no names.',
    source: 'COCO does not say.',
  }),
  spacing: z.tuple([z.number().positive(), z.number().positive()]).optional().meta({
    description:
      'Size of a pixel, down and across, in images that have no `spacing` of their own; left out: unknown.',
    source: 'COCO does not say.',
    unit: 'mm',
  }),
});

export type CocoSettings = z.infer<typeof cocoSettings>;
