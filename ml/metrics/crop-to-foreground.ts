/** Binary masks of one size: [h, w] each. */
export interface BinaryMasks {
  readonly height: number;
  readonly width: number;
  readonly masks: readonly Uint8Array[];
}

/** The smallest part of the picture that holds the foreground of all masks; 0×0 where all are empty. */
export function cropToForeground(
  masks: readonly Uint8Array[],
  { height, width }: Pick<BinaryMasks, 'height' | 'width'>,
): BinaryMasks {
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (const mask of masks) {
    for (let y = 0; y < height; y++) {
      const row = mask.subarray(y * width, (y + 1) * width);
      const start = row.indexOf(1);
      if (start < 0) continue;
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
      left = Math.min(left, start);
      right = Math.max(right, row.lastIndexOf(1) + 1);
    }
  }
  const size = { height: Math.max(0, bottom - top), width: Math.max(0, right - left) };
  return { ...size, masks: masks.map((mask) => cut(mask, width, { top, left, ...size })) };
}

function cut(
  mask: Uint8Array,
  width: number,
  part: { top: number; left: number; height: number; width: number },
): Uint8Array {
  const found = new Uint8Array(part.height * part.width);
  for (let y = 0; y < part.height; y++) {
    const start = (part.top + y) * width + part.left;
    found.set(mask.subarray(start, start + part.width), y * part.width);
  }
  return found;
}
