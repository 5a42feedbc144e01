import { z } from 'zod';
import { diagnosisScale, diagnosisValues } from './diagnosis-words.ts';
import { DatasetError } from './problem.ts';

/** Text with columns in it: 'images/{id}.png'. Without a column it is the same for every row. */
const template = z.string().min(1);
const name = z.string().trim().min(1).max(200);

const rater = z.union([
  name,
  z.strictObject({
    name,
    /** Phantoms: how informative the rater's outlines are by construction. */
    informativeness: z.number().min(0).max(1).optional(),
  }),
]);

/** Which pixel values are the object. */
const objectRule = z.union([
  z.strictObject({ equals: z.number().int().min(0).max(65535) }),
  z.strictObject({ atLeast: z.number().int().min(1).max(65535) }),
]);

const masks = z.strictObject({
  /** Where the masks lie, with {rater} and {structure} and columns. Left out: the columns mask:<rater>:<structure>. */
  path: template.optional(),
  /** A mask that is named but is not there: an error, or not annotated. */
  missing: z.enum(['error', 'skip']).default('error'),
  /** 8-bit values are 0–255 (also of 1-bit files: 0 and 255). */
  object: objectRule.default({ atLeast: 1 }),
  /** The masks hold how many of this number of experts marked the pixel; each level set is an annotator. */
  votes: z.number().int().min(1).max(255).optional(),
  /** What to do where a mask's size is not its image's; left out: an error. See docs/manifest.md. */
  fit: z.enum(['resample', 'window']).optional(),
});

const crop = z.strictObject({
  /** The box of what at least half of the raters marked as this structure … */
  structure: name,
  /** … and this share of the box's longer side added all around. */
  margin: z.number().min(0).max(10).default(0),
  /** Square, and as far as the image reaches. */
  square: z.boolean().default(true),
});

const imageRow = z.looseObject({
  path: z.string().optional(),
  masks: z.array(z.strictObject({ rater: name, structure: name, path: z.string().min(1) })).optional(),
});

/** What a manifest.json may say (docs/manifest.md). */
export const manifestSettings = z.strictObject({
  name,
  description: z.string().default(''),
  modality: z.string().default(''),
  /** Folder of all paths, relative to the manifest's own folder. */
  root: z.string().default('.'),
  /** Empty lists: there are no masks. */
  structures: z.array(name).optional(),
  raters: z.array(rater).optional(),
  /** 'none': `path` is a name alone, and no picture is read. */
  pictures: z.enum(['files', 'none']).default('files'),
  /** Size of an image without a picture; left out: the columns of these names, else that of its masks. */
  width: template.optional(),
  height: template.optional(),
  path: template.default('{path}'),
  subject: template.optional(),
  split: template.default('{split}'),
  /** The table's words for train, validation and test. */
  splits: z.record(z.string(), z.enum(['train', 'validation', 'test'])).optional(),
  diagnosis: template.optional(),
  diagnosisScale: diagnosisScale.optional(),
  diagnosisValues: diagnosisValues.optional(),
  /** Names of the values 0 and 1. */
  diagnosisNames: z.tuple([name, name]).optional(),
  /** Further diagnoses, each grader's: source to column template; beside the columns diagnosis:<grader>. */
  otherDiagnoses: z.record(name, template).default({}),
  /** How labels are made of diagnoses where a cohort is frozen without saying: docs/diagnoses.md. */
  labels: z.unknown().optional(),
  /** Columns kept as metadata; left out: all that nothing else uses. */
  metadata: z.array(z.string()).optional(),
  masks: masks.prefault({}),
  crop: crop.optional(),
  /** The rows: a CSV file, the files that fit a template, or a list in the manifest. */
  table: z.string().optional(),
  files: template.optional(),
  images: z.array(imageRow).optional(),
});

export type ManifestSettings = z.infer<typeof manifestSettings>;
export type RaterSetting = z.infer<typeof rater>;

/** @throws DatasetError naming every setting that cannot be, with its row where it is one of `images`. */
export function parseManifest(value: unknown, file: string): ManifestSettings {
  const parsed = manifestSettings.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new DatasetError(
    parsed.error.issues.map(({ path, message }) => {
      const row = path[0] === 'images' && typeof path[1] === 'number' ? path[1] + 1 : null;
      return { file, row, field: path.join('.') || 'manifest', message };
    }),
  );
}
