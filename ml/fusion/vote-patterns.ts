import type { Sample, SampleSource } from '../data/sample.ts';
import { InputError } from '../errors.ts';

/**
 * The votes on one structure of one image, pixels with equal votes taken together: what a rater model says of a pixel
 * depends on its votes alone, so an iteration costs patterns, not pixels. p pixels, m annotators, t patterns.
 */
export interface VotePatterns {
  /** Indices of the raters who annotated the structure: [m]. */
  readonly annotators: readonly number[];
  /** 0 or 1: [t, m]. Patterns are numbered as they first occur, whatever the order of raters. */
  readonly votes: Uint8Array;
  /** Pixels with the pattern, as float64: exact up to 2^53. [t] */
  readonly counts: Float64Array;
  /** Share of the annotators who say 1; exactly 0 or 1 where they agree: [t]. */
  readonly shares: Float64Array;
  /** The pattern of each pixel: [p]. */
  readonly ofPixel: Int32Array;
}

// Raters read in one pass over the pixels: each pattern has 2^8 possible followers, looked up in a table.
const GROUP = 8;
const LARGEST_TABLE = 2 ** 20;

/** @throws InputError where nobody annotated the structure: its fused mask would be undefined, not empty. */
export function readVotePatterns(sample: Sample, source: SampleSource, structure: number): VotePatterns {
  const [n, c] = [source.raters.length, source.structures.length];
  const { annotated, raterMasks } = sample;
  const annotators = source.raters.flatMap((_, k) => (annotated[k * c + structure] ? [k] : []));
  const m = annotators.length;
  if (m === 0)
    throw new InputError(`image '${sample.id}': nobody annotated '${source.structures[structure]}'`);
  const offsets = Int32Array.from(annotators, (rater) => rater * c + structure);
  const ofPixel = new Int32Array(source.height * source.width);
  let first = [0];
  for (let from = 0; from < m;) {
    const group = offsets.subarray(from, from + groupSize(first.length));
    from += group.length;
    first = refine(ofPixel, { masks: raterMasks, stride: n * c, offsets: group, patterns: first.length });
  }
  const counts = new Float64Array(first.length);
  for (let pixel = 0; pixel < ofPixel.length; pixel++) counts[ofPixel[pixel]] += 1;
  const votes = Uint8Array.from({ length: first.length * m }, (_, k) => {
    return raterMasks[first[Math.floor(k / m)] * n * c + offsets[k % m]];
  });
  return { annotators, votes, counts, shares: sharesOf(votes, m), ofPixel };
}

/** As many raters as the table of followers has room for; one at least. */
function groupSize(patterns: number): number {
  return Math.max(1, Math.min(GROUP, Math.floor(Math.log2(LARGEST_TABLE / patterns))));
}

interface Refinement {
  readonly masks: Uint8Array;
  /** From one pixel to the next, and to the raters within it, in values. */
  readonly stride: number;
  readonly offsets: Int32Array;
  /** How many there are so far. */
  readonly patterns: number;
}

/** Splits patterns by the votes of some more raters, in place; returns each pattern's first pixel. */
function refine(ofPixel: Int32Array, { masks, stride, offsets, patterns }: Refinement): number[] {
  const numbers = new Int32Array(patterns << offsets.length).fill(-1);
  const first: number[] = [];
  const size = offsets.length;
  for (let pixel = 0, start = 0; pixel < ofPixel.length; pixel++, start += stride) {
    let key = ofPixel[pixel];
    for (let j = 0; j < size; j++) key = (key << 1) | masks[start + offsets[j]];
    if (numbers[key] < 0) numbers[key] = first.push(pixel) - 1;
    ofPixel[pixel] = numbers[key];
  }
  return first;
}

function sharesOf(votes: Uint8Array, m: number): Float64Array {
  return Float64Array.from({ length: votes.length / m }, (_, t) => {
    return votes.subarray(t * m, (t + 1) * m).reduce((sum, vote) => sum + vote, 0) / m;
  });
}

export function isUnanimous(share: number): boolean {
  return share === 0 || share === 1;
}

/** A value by pattern, written out by pixel: [p]. */
export function toPixels({ ofPixel }: VotePatterns, values: ArrayLike<number>): Float32Array {
  const pixels = new Float32Array(ofPixel.length);
  for (let pixel = 0; pixel < pixels.length; pixel++) pixels[pixel] = values[ofPixel[pixel]];
  return pixels;
}
