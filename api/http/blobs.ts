import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';
import type { AppContext } from '../context.ts';

/** A stored file by its SHA-256. Its bytes never change, so a browser need not ask twice. */
export function blobs({ prisma, blobs, log }: AppContext): RequestHandler<{ sha256: string }> {
  return async (request, response) => {
    const { sha256 } = request.params;
    const blob = /^[0-9a-f]{64}$/.test(sha256) ? await prisma.blob.findUnique({ where: { sha256 } }) : null;
    if (!blob) {
      response
        .status(404)
        .json({ error: { code: 'NOT_FOUND', message: `no blob '${sha256.slice(0, 80)}'` } });
      return;
    }
    if (blob.purgeId) {
      response
        .status(410)
        .json({ error: { code: 'PURGED', message: `the bytes of '${sha256}' were purged: gone for good` } });
      return;
    }
    const viewable = blob.mediaType.startsWith('image/');
    response.set({
      'content-type': blob.mediaType,
      'content-length': String(blob.bytes),
      'content-disposition': viewable ? 'inline' : `attachment; filename="${sha256}"`,
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${sha256}"`,
      // An uploaded file must never run as a page of this server.
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    if (request.fresh) {
      response.status(304).end();
      return;
    }
    if (!(await blobs.exists(sha256))) {
      log.error({ sha256 }, 'the bytes of a blob are gone');
      response.removeHeader('content-length');
      response.removeHeader('cache-control');
      response
        .status(500)
        .json({ error: { code: 'BLOB_CORRUPT', message: `the bytes of '${sha256}' are gone` } });
      return;
    }
    await pipeline(await blobs.stream(sha256), response).catch((error: unknown) => {
      if (!isClientGone(error)) log.error({ err: error, sha256 }, 'a blob could not be sent'); // the answer breaks off
    });
  };
}

function isClientGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
