import type { Fold } from '../data/fold.ts';
import type { SampleSource } from '../data/sample.ts';
import type { DiagnosisNetwork } from '../diagnosis/diagnosis-model.ts';
import type { ImageMasks } from '../data/image-masks.ts';
import type { DiagnosisTrait } from '../diagnosis/traits.ts';
import type { Method } from '../method.ts';
import type { Fitted } from '../fitted.ts';
import type { FusedImage, ImageFigures } from './fused-image.ts';

/** A frozen diagnosis network θ, and the part of the training images that it has not learned from. */
export interface CrossFitNetwork {
  readonly network: DiagnosisNetwork;
  readonly leftOut: Fold;
}

export interface FitInput<Config> {
  /** The images to learn from or to fuse. `diagnoses` are the labels that a label-reading fusion sees. */
  readonly source: SampleSource;
  readonly config: Config;
  readonly seed: number;
  /** Frozen diagnosis network θ, for fusions with `needsDiagnosisModel`. */
  readonly diagnosisNetwork?: DiagnosisNetwork;
  /** In its place, for fusions with `crossFits`: several, which together have left out every training image once. */
  readonly crossFit?: readonly CrossFitNetwork[];
  /** Aborting stops within one optimisation step and throws the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface FuseInput<Config> extends FitInput<Config> {
  /** What `fit` learned, for fusions that have it. */
  readonly fitted?: Fitted;
}

export interface FusedSample extends ImageFigures {
  readonly id: string;
  /** Soft mask in [0, 1]: [h, w, C]. */
  readonly fused: Float32Array;
  /** Expertness, summing to one over raters at each pixel: [h, w, n]; null where the method has no map. */
  readonly expertness: Float32Array | null;
}

/** Progress between batches: `done` of `total` optimisation steps, over all images. */
export interface FusionProgress {
  readonly done: number;
  readonly total: number;
}

export interface Fusion<Config = unknown> extends Method<Config> {
  /** True where, with this config, the fused mask depends on the diagnosis of its own image (transductive). */
  seesLabel(config: Config): boolean;
  readonly needsDiagnosisModel: boolean;
  /** What it wants of that model. */
  readonly diagnosisTraits?: readonly DiagnosisTrait[];
  /** True where `fit` can ask several networks θ, each about the training images that it has not learned from. */
  readonly crossFits?: boolean;
  /** What describes the maps of its counterpart that closes the leak, df-gt-training-map; absent where there is none. */
  readonly leakControlled?: { readonly parametrisation: string };
  /** True where the fused mask is a posterior: where raters agree it comes near 0 or 1 without reaching them. */
  readonly posterior?: boolean;
  /** True where `fit` reads diagnoses, those of its training images: no other image's label reaches a mask by that way. */
  fitReadsLabel?(config: Config): boolean;
  /**
   * Learns from the training split what `fuse` then applies to every image; absent where each image is fused by itself.
   * Yields progress and, last, what was learned.
   */
  fit?(input: FitInput<Config>): AsyncGenerator<FusionProgress | Fitted>;
  /**
   * Fuses one image from its raters' masks alone, at any size; absent where a network takes part or images depend on
   * each other. Such a fusion works at each image's own size unless another is asked for.
   */
  fuseImage?(masks: ImageMasks, config: Config): FusedImage;
  /** Yields progress and, as they are ready, fused samples in the order of the source. */
  fuse(input: FuseInput<Config>): AsyncGenerator<FusionProgress | FusedSample[]>;
}
