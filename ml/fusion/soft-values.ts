import type { Strip } from '../data/bit-mask.ts';
import { toPixels, type VotePatterns } from './vote-patterns.ts';

/** A soft mask: a value for each vote pattern, [t], or for each pixel, [h, w]. */
export type SoftValues = { readonly byPattern: ArrayLike<number> } | { readonly byPixel: Float32Array };

/** The values of some rows: [rows, width]. */
export function rowsOf(values: SoftValues, patterns: VotePatterns, strip: Strip): Float32Array {
  if ('byPattern' in values) return toPixels(patterns, values.byPattern, strip);
  return values.byPixel.slice(strip.from * patterns.width, strip.to * patterns.width);
}
