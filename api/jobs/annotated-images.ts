import type { Agreement } from '../../prisma/client/client.ts';
import { decodeBinaryMask } from '../storage/mask-codec.ts';
import type { JobInput } from './job.ts';
import { InputError } from '../../ml/errors.ts';

/** The frozen masks of one image, at its own size. */
export interface AnnotatedImage {
  readonly id: string;
  /** Whom it shows. */
  readonly subject: string;
  readonly width: number;
  readonly height: number;
  /** By structure and rater, both ids, raters in their order: 0 and 1, [height, width]. No entry: not annotated. */
  readonly masks: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
}

interface Frozen {
  readonly id: string;
  readonly subject: string;
  readonly width: number;
  readonly height: number;
  readonly annotations: readonly {
    readonly rater: string;
    readonly structure: string;
    readonly sha256: string;
  }[];
}

/** The images of the snapshot, or of its split, one by one in order, including those without annotations. */
export async function* annotatedImages(
  { prisma, blobs, signal }: JobInput,
  { snapshotId, split }: Pick<Agreement, 'snapshotId' | 'split'>,
): AsyncGenerator<{ image: AnnotatedImage; done: number; total: number }> {
  const rows = await prisma.snapshotImage.findMany({
    where: { snapshotId, split: split ?? undefined },
    orderBy: { position: 'asc' },
    select: { imageId: true },
  });
  for (const [index, { imageId }] of rows.entries()) {
    signal.throwIfAborted();
    const [frozen] = await prisma.$queryRaw<[Frozen]>`
      select i.id::text, i.subject, i.width, i.height, coalesce((
        select json_agg(json_build_object('rater', a.rater_id, 'structure', a.structure_id, 'sha256', a.sha256)
          order by r.position)
        from annotations a join snapshot_annotations s on s.annotation_id = a.id join raters r on r.id = a.rater_id
        where a.image_id = i.id and s.snapshot_id = ${snapshotId}::uuid), '[]') as annotations
      from images i where i.id = ${imageId}::uuid`;
    yield { image: await decode(blobs, frozen), done: index + 1, total: rows.length };
  }
}

async function decode(blobs: JobInput['blobs'], { annotations, ...image }: Frozen): Promise<AnnotatedImage> {
  const masks = new Map<string, Map<string, Uint8Array>>();
  const bytes = await Promise.all(annotations.map(({ sha256 }) => blobs.get(sha256)));
  for (const [k, { rater, structure }] of annotations.entries()) {
    const { mask, width, height } = decodeBinaryMask(bytes[k]);
    if (width !== image.width || height !== image.height) {
      throw new InputError(
        `image ${image.id} has ${image.width}×${image.height} pixels, its mask by rater ${rater} ${width}×${height}`,
      );
    }
    const ofStructure = masks.get(structure) ?? new Map<string, Uint8Array>();
    masks.set(structure, ofStructure.set(rater, mask));
  }
  return { ...image, masks };
}
