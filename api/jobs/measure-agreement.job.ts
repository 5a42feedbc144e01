import { setImmediate } from 'node:timers/promises';
import { imageAgreement, type ImageAgreement } from '../../ml/metrics/agreement/image-agreement.ts';
import { raterAgreement } from '../../ml/metrics/agreement/rater-agreement.ts';
import type { Agreement, Prisma } from '../../prisma/client/client.ts';
import { annotatedImages, type AnnotatedImage } from './annotated-images.ts';
import { storeAgreementMaps } from './agreement-maps.ts';
import type { Job, JobInput } from './job.ts';

type Metric = Omit<Prisma.AgreementMetricCreateManyInput, 'agreementId'>;

/** Share of the work spent reading the masks; the rest is spent on the intervals. */
const readingShare = 0.8;

/**
 * Measures how far the raters of a snapshot agree: reads the masks image by image at their own size, stores the maps of
 * each image, keeps its counts, and computes the numbers from all counts. A resumed run starts over, with equal results.
 */
export const measureAgreementJob: Job<'agreement'> = {
  async perform(input) {
    const { prisma, run } = input;
    const agreement = await prisma.agreement.findUniqueOrThrow({ where: { runId: run.id } });
    const { structures, raters } = await datasetOf(input, agreement);
    const counts = structures.map((): ImageAgreement[] => []);
    for await (const { image, done, total } of annotatedImages(input, agreement)) {
      await storeAgreementMaps(input, agreement, image);
      structures.forEach((structure, s) =>
        counts[s].push({ ...imageAgreement(masksOf(image, structure)), subject: image.subject }),
      );
      input.progress.report((readingShare * done) / total, 'reading masks');
    }
    const metrics: Metric[] = [];
    for (const [s, structure] of structures.entries()) {
      metrics.push(...(await metricsOf(input, structure, counts[s], raters)));
      input.progress.report(readingShare + ((1 - readingShare) * (s + 1)) / structures.length, 'intervals');
    }
    return {
      result: { images: counts[0]?.length ?? 0, metrics: metrics.length },
      write: async (tx) => {
        const data = metrics.map((metric) => ({ ...metric, agreementId: agreement.id }));
        await tx.agreementMetric.createMany({ data });
      },
    };
  },
};

/** Ids of the dataset's structures and raters, in their order. */
async function datasetOf(
  { prisma }: JobInput,
  { snapshotId }: Agreement,
): Promise<{ structures: string[]; raters: string[] }> {
  const inOrder = { select: { id: true }, orderBy: { position: 'asc' } } as const;
  const { cohort } = await prisma.snapshot.findUniqueOrThrow({
    where: { id: snapshotId },
    select: { cohort: { select: { dataset: { select: { structures: inOrder, raters: inOrder } } } } },
  });
  const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);
  return { structures: ids(cohort.dataset.structures), raters: ids(cohort.dataset.raters) };
}

const masksOf = ({ masks }: AnnotatedImage, structureId: string): ReadonlyMap<string, Uint8Array> =>
  masks.get(structureId) ?? new Map<string, Uint8Array>();

/** Each figure takes thousands of resamples: the rest of the process has a turn after each. */
async function metricsOf(
  { run, signal }: JobInput,
  structureId: string,
  images: readonly ImageAgreement[],
  raters: readonly string[],
): Promise<Metric[]> {
  const metrics: Metric[] = [];
  for (const measure of raterAgreement(images, raters, { seed: run.seed })) {
    const { rater: raterId, otherRater: otherRaterId, ...figure } = measure;
    metrics.push({ structureId, raterId, otherRaterId, ...figure });
    await setImmediate();
    signal.throwIfAborted();
  }
  return metrics;
}
