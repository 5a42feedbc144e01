import type { Method } from '../../method.ts';
import type { DiagnosisScale } from '../../grades/scale.ts';
import type { LabelRule } from '../../label-fusion/label-rule.ts';
import type { Problem } from './problem.ts';

/**
 * A reader turns a published layout of files into rows, an image each. It knows files and nothing of how they are
 * stored: images and mask files stay where they are, named by path; masks that are not files are drawn when asked for.
 */
export interface Reader<Options = unknown> extends Method<Options> {
  /** Whether this folder or file has the layout, judged by names and keys; no image is opened. */
  recognises(path: string): Promise<boolean>;
  /**
   * Reads the description of the dataset, not yet its rows.
   * @throws DatasetError with everything that is wrong with the description as a whole.
   */
  open(path: string, options: Options): Promise<Dataset>;
}

/** A dataset on the disk, as its reader understands it. */
export interface Dataset {
  readonly name: string;
  readonly description: string;
  /** fundus, ultrasound, …: free text. */
  readonly modality: string;
  /** Whether diagnoses are 0 or 1, classes or grades in order; left out: 0 or 1. */
  readonly diagnosisKind?: DiagnosisScale['kind'];
  /** What the diagnoses 0, 1, … are called. */
  readonly diagnosisNames?: readonly string[];
  /** How labels are made of diagnoses where a cohort is frozen without saying. */
  readonly labels?: LabelRule;
  /** Whether there is a picture of each row; left out: there is. */
  readonly pictures?: 'files' | 'none';
  /** The file that describes the dataset, for messages. */
  readonly file: string;
  /** Folder of all paths: absolute, links resolved. Nothing outside it is read. */
  readonly root: string;
  readonly raters: readonly Rater[];
  readonly structures: readonly string[];
  /** Files that every drawn mask is made from; left out: unknown, so an import draws them anew each time. */
  readonly drawnFrom?: readonly string[];
  /** What to do where a mask's size is not its image's (docs/manifest.md); left out: it is a problem of the row. */
  readonly fit?: 'resample' | 'window';
  /** The size of a pixel is what each image file states. */
  readonly spacingInFiles?: boolean;
  /** Keep only the part of each image around a structure; left out: all of it. */
  readonly crop?: Crop;
  /** Which numbers of the image files are black and white; left out: their type's smallest and largest. */
  readonly range?: readonly [number, number];
  /** Whether the same picture may stand in two splits, or under two names; left out: it may not. */
  readonly duplicates?: 'error' | 'allow';
  /** How many results `rows` will yield. Nothing is kept in memory for it. */
  countRows(): Promise<number>;
  /** The rows in order, each understood or with everything that is wrong with it. May be asked for again. */
  rows(): AsyncIterable<RowResult>;
}

export interface Rater {
  readonly name: string;
  /** A level of a vote map ('at least k of n') is not a person. */
  readonly kind: 'person' | 'level';
  /** Phantoms: how informative the rater's masks are by construction, 0 to 1. */
  readonly informativeness: number | null;
}

export interface Crop {
  /** The box of what at least half of the raters marked as this structure … */
  readonly structure: string;
  /** … with this share of the box's longer side added all around. */
  readonly margin: number;
  readonly square: boolean;
}

/** `none`: not said, which is enough where nothing is trained. */
export type Split = 'train' | 'validation' | 'test' | 'none';
export type Scalar = string | number | boolean | null;
export type RowResult = { readonly row: Row } | { readonly problems: readonly Problem[] };

/** One image with all that is said of it. Its files have not been opened. */
export interface Row {
  /** Its place in the description, from 1, without a header. */
  readonly row: number;
  /** The image file, relative to the root: the image's name in the dataset. */
  readonly path: string;
  /** What the layout says of the image's size: the file must have it, and masks without a picture. */
  readonly size?: { readonly width: number; readonly height: number };
  readonly subject: string;
  readonly split: Split;
  /** Place of the value on the scale by source, `reference` or a grader; null: declared unknown. */
  readonly diagnoses: Readonly<Record<string, number | null>>;
  readonly masks: readonly MaskSource[];
  /** Millimetres per pixel, down and across, where the layout states them. */
  readonly spacing?: { readonly y: number; readonly x: number };
  readonly metadata: Readonly<Record<string, Scalar>>;
}

/** Where masks come from: an image file, or the reader itself. A mask that is left out means: not annotated. */
export type MaskSource = MaskFile | DrawnMask;

/** An image file whose values say what is marked. */
export interface MaskFile {
  readonly path: string;
  /** For messages. */
  readonly field: string;
  /** What the values mean: one mask, or several where the file holds votes. */
  readonly readings: readonly Reading[];
  /** Larger values are a problem. */
  readonly largest?: number;
  /** A file that does not exist means: not annotated. Otherwise it is a problem. */
  readonly optional: boolean;
}

/** One rater's mask of one structure in a file. */
export interface Reading {
  readonly rater: string;
  readonly structure: string;
  /** Left out: 1 and above, and the values must be whole numbers from 0 on. */
  readonly object?: ObjectRule;
}

/** Which values are the object: some, or all from one to another. Values are those of the file (docs/formats.md). */
export interface ObjectRule {
  readonly equals?: number | readonly number[];
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A mask that no file holds, such as a polygon. Drawn one at a time: memory holds the pixels of few. */
export interface DrawnMask {
  readonly rater: string;
  readonly structure: string;
  /** For messages. */
  readonly field: string;
  /** The file that describes it, for messages; left out: the dataset's. */
  readonly file?: string;
  /**
   * Draws it, for layouts that do not state the image's size in the size of the image file.
   * @throws InputError for what only shows when it is drawn.
   */
  draw(image: Pick<Pixels, 'width' | 'height'>): Pixels | Promise<Pixels>;
}

export interface Pixels {
  /** 0 or 1: [height, width]. */
  readonly mask: Uint8Array;
  readonly width: number;
  readonly height: number;
}
