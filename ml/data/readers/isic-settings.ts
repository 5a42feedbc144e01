import { z } from 'zod';
import { layoutSettings, markedFrom, missingMask } from './layout-settings.ts';
import { dealtFractions, splitSetting } from './split-settings.ts';

const word = z.string().trim().min(1).max(200);
const place = z.string().min(1);

export const isicSettings = z.strictObject({
  ...layoutSettings({ modality: 'dermoscopy', diagnosisNames: ['benign', 'malignant'] }),
  images: place.optional().meta({
    description: 'Folder of the images. If omitted, `images` or the folder itself.',
    source: 'The Archive does not say.',
  }),
  masks: place.optional().meta({
    description:
      'Folder of the masks. If omitted, `segs`, `seg_masks`, `masks`, `segmentations` or the folder itself.',
    source: 'IMA++ packs them as segs.zip.',
  }),
  segmentations: place.optional().meta({
    description:
      'Table of the masks, with the columns ISIC_id, seg_filename and annotator. If omitted, IMAplusplus_seg_metadata.csv or the ' +
      'only such CSV file; without one, the names of the files say who drew.',
    source: 'IMA++.',
  }),
  metadata: place.optional().meta({
    description:
      'Table of the images, with the column isic_id (or image_id). If omitted, IMAplusplus_img_metadata.csv or the only such CSV ' +
      'file; without one, there are no diagnoses.',
    source: 'IMA++; the ISIC Archive and its challenges.',
  }),
  consensus: z.array(word).default(['ST', 'MV']).meta({
    description: 'Annotators of the table that are fusions of the others. Their masks are left out.',
    source: 'IMA++: STAPLE and majority vote.',
  }),
  minAnnotators: z.number().int().min(1).default(1).meta({
    description: 'Images with fewer masks are left out. 2 keeps the multi-annotator subset.',
    source: 'Our choice: all images.',
    unit: 'masks',
  }),
  positive: z.enum(['malignant', 'melanoma']).default('malignant').meta({
    description:
      'What counts as diagnosis 1: any malignant lesion, or melanoma alone (then all others that are known are 0).',
    source: 'The Archive states benign or malignant for each image; DiFF has melanoma.',
  }),
  structure: word.default('lesion').meta({ description: 'Name of the structure.', source: 'ISIC.' }),
  markedFrom,
  missing: missingMask,
  split: splitSetting,
  fractions: dealtFractions,
});

export type IsicSettings = z.infer<typeof isicSettings>;
