import type { Method } from '../method.ts';
import type { Label } from '../statistics/auc.ts';
import type { Measure } from '../statistics/measure.ts';
import type { Subjects } from '../statistics/subjects.ts';
import type { ImageAgreement } from './agreement/image-agreement.ts';

/** One mask, row by row: 0 and 1, or soft values between. */
export interface Mask {
  readonly values: ArrayLike<number>; // [h, w]
  readonly height: number;
  readonly width: number;
  /** Height and width of a pixel, in millimetres or in pixels of the image. Absent: 1. */
  readonly pixelSize?: readonly [number, number];
  /** Height and width of a pixel in pixels of the image: more than 1 in a mask that was made smaller. Absent: 1. */
  readonly scale?: readonly [number, number];
}

/**
 * What a metric compares. `masks`: a mask with a mask. `mask-with-raters`: a mask with those of all raters of its image.
 * `scores`: a model's scores with the diagnoses of the images. `raters`: the raters of each image with each other.
 */
export type Compared = 'masks' | 'mask-with-raters' | 'scores' | 'raters';

/** A number by which masks or scores are judged; its file opens with what it computes. */
interface AnyMetric<Config> extends Method<Config> {
  /** The definition in one line. */
  readonly formula: string;
  /** 'pixel' or 'mm'; null for a number without one. `millimetres`: whether masks come with the size of a pixel in mm. */
  unit(config: Config, millimetres: boolean): 'pixel' | 'mm' | null;
  /** Smallest and largest value; null: no bound. */
  readonly range: readonly [number, number | null];
  /** null: neither is good by itself. */
  readonly better: 'higher' | 'lower' | null;
  /** What becomes of empty masks, for a reader; null where no mask takes part. */
  readonly emptyMasks: string | null;
  /** Whether each image has the number. */
  readonly perImage: boolean;
  /** How the number over all images is made: of the images' numbers, or of all images together; null: there is none. */
  readonly overImages: 'mean' | 'pooled' | null;
}

export interface MaskMetric<Config = unknown> extends AnyMetric<Config> {
  readonly compares: 'masks';
  readonly symmetric: boolean;
  /** A mask with no pixel above this is empty. */
  emptyAt(config: Config): number;
  /** The number where both masks are empty, and where one is; null: undefined. */
  readonly whenEmpty: { readonly both: number | null; readonly one: number | null };
  /** Null where it is undefined. @throws RangeError for masks of different sizes, and for pixels that are not numbers. */
  measure(mask: Mask, reference: Mask, config: Config): number | null;
}

export interface MaskWithRatersMetric<Config = unknown> extends AnyMetric<Config> {
  readonly compares: 'mask-with-raters';
  /** `raters`: the masks of those who annotated the structure in this image. Null where there is none. */
  measure(mask: Mask, raters: readonly Mask[], config: Config): number | null;
}

/** What a diagnosis model makes of images and their masks: a logit for each image, in every reading. */
export interface ScoredImages {
  /** Diagnosis of each; null: unknown. */
  readonly labels: readonly Label[];
  readonly subjects: Subjects;
  readonly scores: ArrayLike<number>;
  /** With the mask of another image, where a metric reads it: see `ScoreMetric.reads`. */
  readonly exchanged?: ArrayLike<number>;
  /** With masks that were fused for permuted diagnoses, once for each permutation; none where no mask saw a label. */
  readonly controls: readonly ArrayLike<number>[];
}

export interface ScoreMetric<Config = unknown> extends AnyMetric<Config> {
  readonly compares: 'scores';
  /** `own`: the scores of each image with its own mask; `exchanged`: those with another image's too; `controls`. */
  readonly reads: 'own' | 'exchanged' | 'controls';
  /** @throws RangeError where there is not one score and label an image, or a score is not a number. */
  measure(images: ScoredImages, config: Config, seed: number): Measure | Promise<Measure>;
}

/** Of all raters where neither is given, of one against the others where only `rater` is, else of the two. */
export interface RaterGroup {
  readonly rater?: string;
  readonly otherRater?: string;
}

export interface RatersMetric<Config = unknown> extends AnyMetric<Config> {
  readonly compares: 'raters';
  /** Which groups of raters have the number. */
  readonly groups: readonly ('all' | 'one' | 'pair')[];
  /** The number of one image; null where it is undefined, and where too few of the group annotated. */
  ofImage(image: ImageAgreement, group: RaterGroup): number | null;
  /** `images`: all that were asked about, also those that nobody annotated. */
  measure(images: readonly ImageAgreement[], group: RaterGroup, seed: number): Measure;
}

export type Metric = MaskMetric | MaskWithRatersMetric | ScoreMetric | RatersMetric;
