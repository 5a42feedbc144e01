import { z } from 'zod';

const name = z.string().trim().min(1).max(200);
const keys = z.array(z.string().min(1)).min(1);
const split = z.enum(['train', 'validation', 'test']);

/** What COCO leaves open, and what annotators' tools put beside it. */
export const cocoSettings = z.strictObject({
  name: name.optional().describe("Name of the dataset. Default: the folder's name."),
  description: z.string().optional().describe("Free text. Default: the file's `info.description`."),
  modality: z.string().default('').describe('fundus, ultrasound, …: free text.'),
  file: z
    .string()
    .min(1)
    .optional()
    .describe('The annotation file, relative to the folder. Default: the only COCO file there is.'),
  images: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder of the image files, relative to the folder. Default: where the first image is: the folder itself, `images`, or beside the annotation file.',
    ),
  structures: z
    .array(name)
    .min(1)
    .optional()
    .describe(
      'The categories to import, in order. Default: those that annotations name, in the order of the file.',
    ),
  raterKeys: keys
    .default(['annotator', 'annotator_id', 'rater', 'rater_id'])
    .describe(
      'Where an annotation names its rater: the first of these keys that it has. COCO itself has no raters.',
    ),
  rater: name
    .default('rater 1')
    .describe('The rater of all annotations of a file in which none names its rater.'),
  unmarked: z
    .enum(['skip', 'empty'])
    .default('skip')
    .describe(
      'What it means that a rater has no annotation of a structure in an image: `skip`, not annotated; `empty`, seen and found empty. COCO does not tell these apart.',
    ),
  crowd: z
    .enum(['keep', 'skip'])
    .default('keep')
    .describe(
      'Annotations with `iscrowd: 1`: `keep` takes their pixels for the structure, as semantic masks made of COCO do; `skip` leaves them out.',
    ),
  subjectKeys: keys
    .default(['subject', 'subject_id', 'patient', 'patient_id'])
    .describe(
      'Where an image names its subject: the first of these keys that it has. Default: each image is a subject of its own.',
    ),
  splitKey: z.string().min(1).default('split').describe('Where an image names its split.'),
  split: split.optional().describe('The split of images that name none; without it they are refused.'),
  splits: z
    .record(z.string(), split)
    .default({
      train: 'train',
      validation: 'validation',
      val: 'validation',
      valid: 'validation',
      test: 'test',
    })
    .describe("The file's words for train, validation and test."),
  diagnosisKey: z.string().min(1).default('diagnosis').describe('Where an image has its diagnosis.'),
  diagnosisValues: z
    .record(z.string(), z.union([z.literal(0), z.literal(1)]))
    .optional()
    .describe('The declared diagnoses and their values; any other is an error. Default: 0 and 1.'),
  diagnosisNames: z.tuple([name, name]).optional().describe('What the diagnoses 0 and 1 are called.'),
  spacing: z
    .tuple([z.number().positive(), z.number().positive()])
    .optional()
    .describe('Millimetres per pixel, down and across, of images that have no `spacing` of their own.'),
});

export type CocoSettings = z.infer<typeof cocoSettings>;
