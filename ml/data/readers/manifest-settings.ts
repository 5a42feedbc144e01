import { z } from 'zod';
import { normalName } from './normal-form.ts';
import { objectRules } from './object-rule.ts';
import { diagnosisScale, diagnosisValues } from './diagnosis-words.ts';
import { spacingSetting } from './manifest-spacing.ts';
import { DatasetError } from './problem.ts';
import { isEncoding } from './text-file.ts';

/** Text with columns in it: 'images/{id}.png'. Without a column it is the same for every row. */
const template = z.string().min(1);
const name = z.string().overwrite(normalName).min(1).max(200);

const rater = z.union([
  name,
  z.strictObject({
    name,
    /** Phantoms: how informative the rater's outlines are by construction. */
    informativeness: z.number().min(0).max(1).optional(),
  }),
]);

export const encodingName = z.string().refine(isEncoding, {
  error: ({ input }) =>
    `'${String(input)}' is no known encoding: expected a name such as utf-8 or windows-1252`,
});

const masks = z.strictObject({
  /** Where the masks lie, with {rater} and {structure} and columns. Left out: the columns mask:<rater>:<structure>. */
  path: template.optional(),
  /** A mask that is named but is not there: an error, or not annotated. */
  missing: z.enum(['error', 'skip']).default('error'),
  /** Which values are the object, of all structures or of each; left out: 1 and above. */
  object: objectRules.optional(),
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
  /** Of a pixel in millimetres, down and across: docs/manifest.md. */
  spacing: spacingSetting.optional(),
  path: template.default('{path}'),
  subject: template.optional(),
  /** Left out: the column 'split' where there is one, else no image has a split. */
  split: template.optional(),
  /** The table's words for train, validation and test, and for none. */
  splits: z.record(z.string(), z.enum(['train', 'validation', 'test', 'none'])).optional(),
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
  /** Which numbers of the image files are black and white: [0, 4095] of 12 bits. */
  range: z
    .tuple([z.number(), z.number()])
    .refine(([black, white]) => black < white, { message: 'the first number must be below the second' })
    .optional(),
  /** The same picture in two splits, or under two names. */
  duplicates: z.enum(['error', 'allow']).optional(),
  /** The rows: a CSV file, the files that fit a template, or a list in the manifest. */
  table: z.string().optional(),
  /** Of the table; left out: UTF-8. */
  encoding: encodingName.optional(),
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
    parsed.error.issues.flatMap(deepest).map(({ path, message }) => {
      const row = path[0] === 'images' && typeof path[1] === 'number' ? path[1] + 1 : null;
      return { file, row, field: path.join('.') || 'manifest', message };
    }),
  );
}

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

/** Of a setting that may be written in several ways: what is wrong with the way that it comes nearest to. */
function deepest(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const ways = issue.errors.map((issues) =>
    issues.flatMap(deepest).map(({ path, message }) => ({ path: [...issue.path, ...path], message })),
  );
  const depth = (way: readonly Issue[]): number => Math.min(...way.map(({ path }) => path.length));
  const [best] = ways
    .filter((way) => way.length > 0)
    .sort((a, b) => depth(b) - depth(a) || a.length - b.length);
  return best ?? [issue];
}
