import { rowBytes, type BitMask } from './bit-mask.ts';
import type { Size } from './frame.ts';

/** Part of a picture, in whole pixels. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** Where the object of a mask lies; null where it is empty. Columns as wide as whole bytes, eight pixels. */
export function boxOfBits({ width, height, bytes }: BitMask): Box | null {
  const stride = rowBytes(width);
  let [top, bottom, first, last] = [height, -1, stride, -1];
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0) continue;
    const [row, column] = [Math.floor(at / stride), at % stride];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [first, last] = [Math.min(first, column), Math.max(last, column)];
  }
  if (bottom < 0) return null;
  const right = Math.min(width, 8 * (last + 1));
  return { left: 8 * first, top, width: right - 8 * first, height: bottom - top + 1 };
}

/** The smallest box around all of them; null where there is none. */
export function around(boxes: readonly (Box | null)[]): Box | null {
  return boxes.reduce((sofar, box) => {
    if (!sofar || !box) return sofar ?? box;
    const [left, top] = [Math.min(sofar.left, box.left), Math.min(sofar.top, box.top)];
    const right = Math.max(sofar.left + sofar.width, box.left + box.width);
    const bottom = Math.max(sofar.top + sofar.height, box.top + box.height);
    return { left, top, width: right - left, height: bottom - top };
  }, null);
}
