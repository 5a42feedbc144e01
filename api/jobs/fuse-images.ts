import { setImmediate } from 'node:timers/promises';
import type { Size } from '../../ml/data/frame.ts';
import type { FusedMask } from '../../ml/fusion/fused-image.ts';
import { fusions } from '../../ml/fusion/index.ts';
import type { Fusion } from '../../prisma/client/client.ts';
import type { RequestOf } from '../requests/requests.ts';
import { MASK_MEDIA_TYPE } from '../storage/mask-codec.ts';
import { encodeSoftRows } from '../storage/soft-png.ts';
import { openMasks, type StoredImage, type StoredMasks } from '../storage/stored-masks.ts';
import { storeFusedImages, type FusedImage } from './fused-images.ts';
import { fusedBefore } from './fuse-samples.ts';
import type { JobInput } from './job.ts';
import type { StoredPlane } from './planes.ts';

/** Images whose rows are written at once: a fused image of the usual size takes less time than a transaction. */
const IMAGES_AT_ONCE = 16;

/** Fuses image by image from masks alone, each at its own size or at one that is asked for: one image is in memory. */
export async function fuseImages(
  input: JobInput,
  { fusion, request }: { readonly fusion: Fusion; readonly request: RequestOf<'fusion'> },
): Promise<void> {
  const { snapshotId, size, splits, method } = request;
  const masks = await openMasks(input, { snapshotId, size, split: splits });
  const ids = { raters: masks.raters.map(({ id }) => id), structures: masks.structures.map(({ id }) => id) };
  const before = await fusedBefore(input.prisma, fusion.id);
  const todo = masks.images.filter(({ id }) => !before.has(id));
  for (let from = 0; from < todo.length; from += IMAGES_AT_ONCE) {
    const images: FusedImage[] = [];
    for (const image of todo.slice(from, from + IMAGES_AT_ONCE)) {
      images.push(await fuseImage(input, request, masks, image));
      await setImmediate();
      input.signal.throwIfAborted();
    }
    await storeFusedImages(input, fusion, ids, images);
    const done = masks.images.length - todo.length + from + images.length;
    input.progress.report(done / masks.images.length, `fusing ${method}`);
  }
}

async function fuseImage(
  { blobs }: JobInput,
  { method, config }: RequestOf<'fusion'>,
  masks: StoredMasks,
  image: StoredImage,
): Promise<FusedImage> {
  const spec = fusions.get(method);
  if (!spec.fuseImage) throw new Error(`'${method}' does not fuse images by themselves`);
  const read = await masks.read(image);
  const fused = spec.fuseImage(read, config);
  return {
    imageId: image.id,
    figures: fused.figures,
    masks: await storeMasks(blobs, fused.masks, read),
    maps: [],
    spectralEnergy: null,
    vanishedMasks: read.vanished.flat().filter(Boolean).length,
  };
}

async function storeMasks(
  blobs: JobInput['blobs'],
  masks: readonly FusedMask[],
  { width, height }: Size,
): Promise<StoredPlane[]> {
  const stored: StoredPlane[] = [];
  for (const { parts, rows } of masks) {
    const png = await encodeSoftRows({ width, height, parts, rows });
    stored.push({ sha256: await blobs.put(png, MASK_MEDIA_TYPE), width, height });
  }
  return stored;
}
