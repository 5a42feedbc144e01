import type { Agreement } from '../../prisma/client/client.ts';
import type { BitMask } from '../../ml/data/bit-mask.ts';
import { InputError } from '../../ml/errors.ts';
import type { Spacing } from '../../ml/metrics/nearest-distances.ts';
import { decodeBitMask } from '../storage/mask-codec.ts';
import type { JobInput } from './job.ts';

/** One image with its frozen masks, at its own size. */
export interface AnnotatedImage {
  readonly id: string;
  /** Whom it shows. */
  readonly subject: string;
  /** Height and width of a pixel in mm; null where it is not known. */
  readonly spacing: Spacing | null;
  /**
   * Of a structure, by rater in their order; who did not annotate it has no entry. Read when asked for, so that those of
   * one structure are in memory at once.
   */
  masksOf(structureId: string): Promise<ReadonlyMap<string, BitMask>>;
}

interface Frozen {
  readonly id: string;
  readonly subject: string;
  readonly width: number;
  readonly height: number;
  /** Millimetres, down and across. */
  readonly spacing: Spacing | null;
  readonly annotations: readonly Annotation[];
}

interface Annotation {
  readonly rater: string;
  readonly structure: string;
  readonly sha256: string;
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
      select i.id::text, i.subject, i.width, i.height,
        case when i.spacing_y is not null then json_build_array(i.spacing_y, i.spacing_x) end as spacing, coalesce((
        select json_agg(json_build_object('rater', a.rater_id, 'structure', a.structure_id, 'sha256', a.sha256)
          order by r.position)
        from annotations a join snapshot_annotations s on s.annotation_id = a.id join raters r on r.id = a.rater_id
        where a.image_id = i.id and s.snapshot_id = ${snapshotId}::uuid), '[]') as annotations
      from images i where i.id = ${imageId}::uuid`;
    yield { image: annotatedImage(blobs, frozen), done: index + 1, total: rows.length };
  }
}

function annotatedImage(blobs: JobInput['blobs'], { annotations, ...image }: Frozen): AnnotatedImage {
  return {
    id: image.id,
    subject: image.subject,
    spacing: image.spacing,
    async masksOf(structureId) {
      const masks = new Map<string, BitMask>();
      for (const { rater, sha256 } of annotations.filter(({ structure }) => structure === structureId)) {
        masks.set(rater, ofSize(image, rater, decodeBitMask(await blobs.get(sha256))));
      }
      return masks;
    },
  };
}

function ofSize({ id, width, height }: Omit<Frozen, 'annotations'>, rater: string, mask: BitMask): BitMask {
  if (mask.width === width && mask.height === height) return mask;
  throw new InputError(
    `image ${id} has ${width}×${height} pixels, its mask by rater ${rater} ${mask.width}×${mask.height}`,
  );
}
