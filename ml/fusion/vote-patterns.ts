import { stripsOf, unpackRows, type Strip } from '../data/bit-mask.ts';
import { annotatorsOf, maskOf, type ImageMasks } from '../data/image-masks.ts';

/**
 * The votes on one structure of one image, pixels with equal votes taken together: what a rater model says of a pixel
 * depends on its votes alone, so an iteration costs patterns, not pixels. Pixels are read strip by strip, so that an
 * image of any size fits into memory. m annotators, t patterns.
 */
export interface VotePatterns {
  readonly width: number;
  readonly height: number;
  /** Indices of the raters who annotated the structure: [m]. */
  readonly annotators: readonly number[];
  /** 0 or 1: [t, m]. Patterns are numbered as they first occur, whatever the order of raters. */
  readonly votes: Uint8Array;
  /** Pixels with the pattern, as float64: exact up to 2^53. [t] */
  readonly counts: Float64Array;
  /** Share of the annotators who say 1; exactly 0 or 1 where they agree: [t]. */
  readonly shares: Float64Array;
  /** The pattern of each pixel of some rows: [rows, width]. */
  readonly ofRows: (strip: Strip) => Int32Array;
}

/** @throws InputError where nobody annotated the structure. */
export function readVotePatterns(image: ImageMasks, structure: number): VotePatterns {
  const { width, height } = image;
  const annotators = annotatorsOf(image, structure);
  const m = annotators.length;
  const masks = annotators.map((rater) => maskOf(image, rater, structure));
  const numbering = createNumbering(m);
  const [counts, votes]: [number[], number[]] = [[], []];
  for (const strip of stripsOf(image)) {
    const rows = masks.map((mask) => unpackRows(mask, strip.from, strip.to));
    const numbers = numbering(rows);
    for (let pixel = 0; pixel < numbers.length; pixel++) {
      const number = numbers[pixel];
      if (number === counts.length) {
        counts.push(0);
        for (const row of rows) votes.push(row[pixel]);
      }
      counts[number] += 1;
    }
  }
  return {
    width,
    height,
    annotators,
    votes: Uint8Array.from(votes),
    counts: Float64Array.from(counts),
    shares: sharesOf(votes, m),
    ofRows: ({ from, to }) => numbering(masks.map((mask) => unpackRows(mask, from, to))),
  };
}

// Raters read in one pass over the pixels. The first pass looks their votes up in a table, the others in a map.
const GROUP = 16;

/** Numbers the patterns of pixels as they first occur: each row of `masks` a rater's votes, [m][pixels] to [pixels]. */
function createNumbering(m: number): (masks: readonly Uint8Array[]) => Int32Array {
  const table = new Int32Array(1 << Math.min(m, GROUP)).fill(-1);
  let next = 0;
  const first = (key: number): number => (table[key] < 0 ? (table[key] = next++) : table[key]);
  const later = Array.from({ length: Math.ceil(m / GROUP) - 1 }, () => createMap());
  return (masks) => {
    const numbers = keysOf(masks.slice(0, GROUP));
    for (let pixel = 0; pixel < numbers.length; pixel++) numbers[pixel] = first(numbers[pixel]);
    later.forEach((number, k) => {
      const keys = keysOf(masks.slice((k + 1) * GROUP, (k + 2) * GROUP));
      for (let pixel = 0; pixel < numbers.length; pixel++)
        numbers[pixel] = number(numbers[pixel] * 2 ** GROUP + keys[pixel]);
    });
    return numbers;
  };
}

function createMap(): (key: number) => number {
  const numbers = new Map<number, number>();
  return (key) => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  };
}

/** Each pixel's votes as the bits of a number. */
function keysOf(masks: readonly Uint8Array[]): Int32Array {
  const keys = new Int32Array(masks[0].length);
  for (const mask of masks)
    for (let pixel = 0; pixel < keys.length; pixel++) keys[pixel] = (keys[pixel] << 1) | mask[pixel];
  return keys;
}

function sharesOf(votes: readonly number[], m: number): Float64Array {
  return Float64Array.from({ length: votes.length / m }, (_, t) => {
    return votes.slice(t * m, (t + 1) * m).reduce((sum, vote) => sum + vote, 0) / m;
  });
}

export function isUnanimous(share: number): boolean {
  return share === 0 || share === 1;
}

/** A value by pattern, written out for the pixels of some rows, or of all. */
export function toPixels(
  { ofRows, height }: VotePatterns,
  values: ArrayLike<number>,
  strip: Strip = { from: 0, to: height },
): Float32Array {
  return Float32Array.from(ofRows(strip), (pattern) => values[pattern]);
}
