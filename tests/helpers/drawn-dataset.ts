import sharp from 'sharp';
import type { PrismaClient } from '../../api/db.ts';
import type { BlobStore } from '../../api/storage/blob-store.ts';
import { encodeBinaryMask } from '../../api/storage/mask-codec.ts';
import type { Split } from '../../prisma/client/client.ts';
import { freezeAll } from './tiny-dataset.ts';

/** Masks as a person draws them: rows of '#' and '.', parted by '/'. */
export interface Drawn {
  readonly name: string;
  readonly raters: readonly string[];
  readonly structures: readonly string[];
  readonly images: readonly {
    readonly split: Split;
    /** By structure and rater; who is not named did not annotate. */
    readonly masks: Readonly<Record<string, Readonly<Record<string, string>>>>;
  }[];
}

/** A frozen cohort of images of any sizes, with exactly these masks. The pictures are black. */
export async function drawnDataset(
  prisma: PrismaClient,
  blobs: BlobStore,
  drawn: Drawn,
): Promise<{ datasetId: string; snapshotId: string }> {
  const named = (names: readonly string[]) => ({
    create: names.map((name, position) => ({ name, position })),
  });
  const dataset = await prisma.dataset.create({
    data: { name: drawn.name, raters: named(drawn.raters), structures: named(drawn.structures) },
    include: { raters: true, structures: true },
  });
  const idOf = (rows: readonly { id: string; name: string }[], name: string): string =>
    rows.find((row) => row.name === name)!.id;
  for (const [index, { split, masks }] of drawn.images.entries()) {
    const outlines = Object.entries(masks).flatMap(([structure, byRater]) =>
      Object.entries(byRater).map(([rater, text]) => ({ structure, rater, ...read(text) })),
    );
    const { width, height } = outlines[0];
    const picture = await blobs.put(await blackPicture(width, height), 'image/png');
    const row = { path: `image-${index}.png`, subject: `s${index}`, split, sha256: picture, width, height };
    const { id: imageId } = await prisma.image.create({ data: { datasetId: dataset.id, ...row } });
    for (const { structure, rater, mask } of outlines) {
      await prisma.annotation.create({
        data: {
          imageId,
          raterId: idOf(dataset.raters, rater),
          structureId: idOf(dataset.structures, structure),
          sha256: await blobs.put(encodeBinaryMask(mask, width, height), 'image/png'),
          area: mask.reduce((sum, value) => sum + value, 0),
        },
      });
    }
  }
  return { datasetId: dataset.id, snapshotId: await freezeAll(prisma, dataset.id) };
}

function blackPicture(width: number, height: number): Promise<Buffer> {
  const create = { width, height, channels: 3, background: 'black' } as const;
  return sharp({ create }).png().toBuffer();
}

function read(text: string): { mask: Uint8Array; width: number; height: number } {
  const rows = text.split('/');
  const mask = Uint8Array.from([...rows.join('')], (pixel) => (pixel === '#' ? 1 : 0));
  return { mask, width: rows[0].length, height: rows.length };
}
