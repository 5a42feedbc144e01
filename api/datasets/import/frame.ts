import type { Crop } from '../../../ml/data/readers/reader.ts';
import type { Box } from '../../storage/image-codec.ts';
import type { FrameMask } from './read-masks.ts';

interface Size {
  width: number;
  height: number;
}

/**
 * For an image that is an unrecorded part of the masks' frame: the window of the image's size, centred on the bounding
 * box of everything that any rater marked. Rejected if a marked pixel would fall outside.
 */
export function windowOf(masks: readonly FrameMask[], image: Size): { box: Box } | { problem: string } {
  const frame = masks[0];
  if (frame.width < image.width || frame.height < image.height) {
    return { problem: `the masks' frame ${frame.width}×${frame.height} is smaller than the image` };
  }
  const marked = boxWhere(votes(masks), frame, 1);
  if (!marked)
    return { problem: 'no rater marked anything, so nothing says where in the frame the image lies' };
  const left = centred(marked.left, marked.width, image.width, frame.width);
  const top = centred(marked.top, marked.height, image.height, frame.height);
  const inside =
    marked.left >= left &&
    marked.top >= top &&
    marked.left + marked.width <= left + image.width &&
    marked.top + marked.height <= top + image.height;
  if (!inside)
    return {
      problem: `what the raters marked (${marked.width}×${marked.height}) does not fit into the image`,
    };
  return { box: { left, top, width: image.width, height: image.height } };
}

/** Box of what at least half of these raters marked, with the margin; null where there is no such pixel. */
export function cropBox(masks: readonly FrameMask[], image: Size, crop: Crop): Box | null {
  const frame = masks[0];
  if (!frame) return null;
  const marked = boxWhere(votes(masks), frame, Math.ceil(masks.length / 2));
  if (!marked) return null;
  const margin = Math.round(crop.margin * Math.max(marked.width, marked.height));
  const side = Math.max(marked.width, marked.height) + 2 * margin;
  const width = Math.min(image.width, crop.square ? side : marked.width + 2 * margin);
  const height = Math.min(image.height, crop.square ? side : marked.height + 2 * margin);
  // A square that the image is too narrow for is as large as the image allows.
  const [w, h] = crop.square ? [Math.min(width, height), Math.min(width, height)] : [width, height];
  const left = centred(marked.left, marked.width, w, image.width);
  const top = centred(marked.top, marked.height, h, image.height);
  return { left, top, width: w, height: h };
}

export function cut(mask: FrameMask, box: Box): FrameMask {
  const out = new Uint8Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    const start = (box.top + y) * mask.width + box.left;
    out.set(mask.mask.subarray(start, start + box.width), y * box.width);
  }
  return { ...mask, mask: out, width: box.width, height: box.height };
}

/** Start of a stretch of `length` with the same centre as the given one, moved inside 0..limit. */
function centred(start: number, extent: number, length: number, limit: number): number {
  const wanted = Math.floor(start + (extent - length) / 2);
  return Math.max(0, Math.min(limit - length, wanted));
}

/** How many of the masks mark each pixel. */
function votes(masks: readonly FrameMask[]): Uint16Array {
  const counts = new Uint16Array(masks[0].mask.length);
  for (const { mask } of masks) for (let i = 0; i < counts.length; i++) counts[i] += mask[i];
  return counts;
}

function boxWhere(counts: Uint16Array, { width, height }: Size, least: number): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      if (counts[pixel] < least) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}
