/**
 * One image as the methods see it. Sizes: h, w in pixels; n raters; C structures, in the order of its source.
 * Plain typed arrays, so that a source can stream from a disk or a database without knowing of tensors.
 */
export interface Sample {
  readonly id: string;
  /** RGB in [0, 1]: [h, w, 3]; empty where the image has no picture, which only methods that read none may meet. */
  readonly image: Float32Array;
  /** Raters' masks, 0 or 1: [h, w, n, C]. */
  readonly raterMasks: Uint8Array;
  /** 1 where the rater annotated the structure of this image: [n, C]. A missing mask is not an empty mask. */
  readonly annotated: Uint8Array;
  /** 1 where the rater's mask has pixels in the file, none of which is left at this size: [n, C]. Absent: nowhere. */
  readonly vanished?: Uint8Array;
  /** The fused soft mask in [0, 1], where the source was opened with a fusion: [h, w, C]. */
  readonly fused?: Float32Array;
  /** Height and width of a pixel, in mm or in pixels of the file: what shapes are measured in. Absent: square pixels. */
  readonly pixelSize?: readonly [number, number];
  /** 0 or 1; null where unknown. */
  readonly diagnosis: 0 | 1 | null;
}

/** Random access to samples, read a batch at a time: memory does not grow with the number of images. */
export interface SampleSource {
  readonly height: number;
  readonly width: number;
  readonly raters: readonly string[];
  readonly structures: readonly string[];
  readonly ids: readonly string[];
  /** Whom each image shows, by index; left out where every image shows another. */
  readonly subjects?: readonly string[];
  /** Diagnosis by index, known without reading pixels (class weights, permuted controls). */
  readonly diagnoses: readonly (0 | 1 | null)[];
  /** Where `diagnoses` are permuted: those of before. Folds are the same for a fusion and its control. */
  readonly trueDiagnoses?: readonly (0 | 1 | null)[];
  read(indices: readonly number[]): Promise<Sample[]>;
}
