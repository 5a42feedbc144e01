import { areaOf } from '../data/bit-counts.ts';
import { rowBytes, type BitMask } from '../data/bit-mask.ts';

/** The surface pixels of a mask, row by row: what their distances need, a few numbers for an outline in a large image. */
export interface Surface {
  readonly width: number;
  readonly height: number;
  /** [pixels] */
  readonly columns: Int32Array;
  /** Where in `columns` each row begins, and the last one ends: [height + 1]. */
  readonly starts: Int32Array;
}

/**
 * The foreground pixels with background, or the picture's edge, above, below, left or right of them: MONAI's definition.
 * SimpleITK's contour is the same but for the picture's edge, which it leaves open; surface-distance (Google DeepMind)
 * runs between pixels and weighs each piece by its length, so that its values differ by up to a pixel.
 */
export function surfaceOf(mask: BitMask): Surface {
  const { width, height } = mask;
  const edge = edgeOf(mask);
  const stride = rowBytes(width);
  const columns = new Int32Array(areaOf(edge));
  const starts = new Int32Array(height + 1);
  let count = 0;
  for (let y = 0; y < height; y++) {
    for (let b = 0; b < stride; b++) {
      const byte = edge.bytes[y * stride + b];
      if (byte === 0) continue;
      for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) columns[count++] = 8 * b + bit;
    }
    starts[y + 1] = count;
  }
  return { width, height, columns, starts };
}

/** Surface pixels of the mask. */
export const outlineLength = (mask: BitMask): number => areaOf(edgeOf(mask));

/** Eight pixels at once: those of which not all four neighbours are foreground. Beyond the picture nothing is. */
function edgeOf({ width, height, bytes }: BitMask): BitMask {
  const stride = rowBytes(width);
  const edge = new Uint8Array(bytes.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let b = 0; b < stride; b++, at++) {
      const here = bytes[at];
      if (here === 0) continue;
      const above = y > 0 ? bytes[at - stride] : 0;
      const below = y < height - 1 ? bytes[at + stride] : 0;
      const left = (here >> 1) | (b > 0 ? bytes[at - 1] << 7 : 0);
      const right = (here << 1) | (b < stride - 1 ? bytes[at + 1] >> 7 : 0);
      edge[at] = here & ~(above & below & left & right);
    }
  }
  return { width, height, bytes: edge };
}
