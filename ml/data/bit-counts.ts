import type { BitMask } from './bit-mask.ts';

/** How many bits are set in each byte. */
export const bitsOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let left = byte; left > 0; left >>= 1) count += left & 1;
  return count;
});

/** Foreground pixels. */
export function areaOf({ bytes }: BitMask): number {
  let area = 0;
  for (const byte of bytes) area += bitsOf[byte];
  return area;
}
