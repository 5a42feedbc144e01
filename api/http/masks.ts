import type { RequestHandler } from 'express';
import type { AppContext } from '../context.ts';
import { imageSize } from '../storage/image-size.ts';
import { enlargeSoftMask, MASK_MEDIA_TYPE } from '../storage/mask-codec.ts';

interface Params {
  readonly imageId: string;
  readonly sha256: string;
}

/** A soft mask of an image at the image's own size: bilinear between the pixels of the stored one. */
export function masks({ prisma, blobs }: AppContext): RequestHandler<Params & Record<string, string>> {
  return async (request, response) => {
    const { imageId, sha256 } = request.params;
    const valid = /^[0-9a-f-]{36}$/.test(imageId) && /^[0-9a-f]{64}$/.test(sha256);
    const image = valid ? await prisma.image.findFirst({ where: { id: imageId, ...has(sha256) } }) : null;
    if (!image) {
      const message = `image '${imageId.slice(0, 80)}' has no mask '${sha256.slice(0, 80)}'`;
      response.status(404).json({ error: { code: 'NOT_FOUND', message } });
      return;
    }
    response.set({
      'content-type': MASK_MEDIA_TYPE,
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${sha256} ${image.width}x${image.height}"`,
    });
    if (request.fresh) response.status(304).end();
    else response.send(await enlargeSoftMask(await blobs.get(sha256), imageSize(image)));
  };
}

/** Only masks that lie on the image: any other would be enlarged at a stranger's wish. */
function has(sha256: string) {
  const some = { some: { sha256 } };
  return { OR: [{ fusedMasks: some }, { predictedMasks: some }, { expertnessMaps: some }] };
}
