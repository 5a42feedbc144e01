import { unpackRows, type BitMask } from '../../ml/data/bit-mask.ts';
import { around, boxOfBits, type Box } from '../../ml/data/box.ts';
import type { Size } from '../../ml/data/frame.ts';
import type { PrismaClient } from '../db.ts';
import { notReady } from '../errors.ts';
import type { BlobStore } from './blob-store.ts';
import { averageStrips } from './resize-mask.ts';
import { openSoftMask } from './soft-png.ts';

interface Deps {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
}

/** Whose soft masks: a fusion's, or those that a model predicted. Exactly one of the two. */
export interface SoftMasksOf {
  readonly fusionId?: string;
  readonly predictedBy?: string;
}

/** The files of an image's soft masks, by structure. @throws an error that names the image if one is missing. */
export async function softMaskFiles(
  { prisma, blobs }: Deps,
  { fusionId, predictedBy }: SoftMasksOf,
  image: { readonly id: string; readonly path: string },
  structureIds: readonly string[],
): Promise<Buffer[]> {
  const select = { structureId: true, sha256: true } as const;
  const rows = fusionId
    ? await prisma.fusedMask.findMany({ where: { fusionId, imageId: image.id }, select })
    : await prisma.predictedMask.findMany({ where: { modelId: predictedBy, imageId: image.id }, select });
  return Promise.all(
    structureIds.map((structureId) => {
      const row = rows.find((one) => one.structureId === structureId);
      if (row) return blobs.get(row.sha256);
      const found = `${rows.length} of ${structureIds.length}`;
      throw notReady(
        `image '${image.path}' has ${found} soft masks: its fusion or prediction is not complete`,
      );
    }),
  );
}

/** A soft mask at some size, ready to be read once or more. */
export interface SoftMaskAt {
  /** Around all values that are not 0; null where there are none. */
  readonly box: Box | null;
  /** It has values above one half in the file, none of which is left at this size. */
  readonly vanished: boolean;
  /** Values of a part: [height, width]. */
  crop(box: Box): Promise<Float32Array>;
}

/** At its own size it is read strip by strip, so that memory holds no more than the part that is asked for. */
export async function softMaskAt(png: Buffer, to: Size): Promise<SoftMaskAt> {
  const { width, height, strips } = openSoftMask(png);
  if (width === to.width && height === to.height) {
    const crop = async (box: Box): Promise<Float32Array> => {
      const out = new Float32Array(box.width * box.height);
      for await (const { from, values } of strips()) copyRows({ values, from, width }, box, out);
      return out;
    };
    return { box: await boxOf(strips(), width), vanished: false, crop };
  }
  const { values, above } = await averageStrips(strips(), { width, height }, to, 0.5);
  const all = { from: 0, to: to.height, values };
  return {
    box: await boxOf([all], to.width),
    vanished: above && !values.some((value) => value > 0.5),
    async crop(box) {
      const out = new Float32Array(box.width * box.height);
      copyRows({ values, from: 0, width: to.width }, box, out);
      return out;
    },
  };
}

/** A part of a rater's mask, 0 and 1: [height, width]. */
export function cropBits(mask: BitMask, { left, top, width, height }: Box): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = unpackRows(mask, top + y, top + y + 1);
    out.set(row.subarray(left, left + width), y * width);
  }
  return out;
}

/** The part in which any of the masks has something; one pixel where none has. */
export function partWithMasks(masks: readonly BitMask[], soft: readonly SoftMaskAt[]): Box {
  const box = around([...masks.map(boxOfBits), ...soft.map((one) => one.box)]);
  return box ?? { left: 0, top: 0, width: 1, height: 1 };
}

interface Rows {
  readonly values: Float32Array;
  /** Of the first row. */
  readonly from: number;
  readonly width: number;
}

function copyRows({ values, from, width }: Rows, box: Box, out: Float32Array): void {
  const end = Math.min(from + values.length / width, box.top + box.height);
  for (let y = Math.max(from, box.top); y < end; y++) {
    const start = (y - from) * width + box.left;
    out.set(values.subarray(start, start + box.width), (y - box.top) * box.width);
  }
}

async function boxOf(
  strips: AsyncIterable<Omit<Rows, 'width'>> | Iterable<Omit<Rows, 'width'>>,
  width: number,
): Promise<Box | null> {
  let [top, bottom, left, right] = [Infinity, -1, Infinity, -1];
  for await (const { from, values } of strips) {
    for (let i = 0; i < values.length; i++) {
      if (values[i] === 0) continue;
      const [row, column] = [from + Math.floor(i / width), i % width];
      if (row < top) top = row;
      if (row > bottom) bottom = row;
      if (column < left) left = column;
      if (column > right) right = column;
    }
  }
  return bottom < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}
