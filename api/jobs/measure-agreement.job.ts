import { setImmediate } from 'node:timers/promises';
import type { BitMask } from '../../ml/data/bit-mask.ts';
import type { ImageAgreement, RaterPair } from '../../ml/metrics/agreement/image-agreement.ts';
import { measureImage, raterPairs } from '../../ml/metrics/agreement/measure-image.ts';
import { imageNumbers, raterAgreement } from '../../ml/metrics/agreement/rater-agreement.ts';
import type { Prisma } from '../../prisma/client/client.ts';
import { openMasks, type StoredImage } from '../storage/stored-masks.ts';
import { storeAgreementMaps } from './agreement-maps.ts';
import { storeImageAgreements } from './image-agreements.ts';
import type { Job, JobInput } from './job.ts';
import { measureGrades } from './measure-grades.ts';

type Metric = Omit<Prisma.AgreementMetricCreateManyInput, 'agreementId'>;

/** Share of the work spent reading the masks; the rest is spent on the intervals. */
const readingShare = 0.8;

/**
 * Measures how far the raters of a snapshot agree: reads the masks image by image at their own size, stores the maps and
 * the numbers of each image, keeps its counts, and computes the numbers over all images from all counts. A resumed run
 * starts over, with equal results.
 */
export const measureAgreementJob: Job<'agreement'> = {
  async perform(input) {
    const { prisma, run } = input;
    const agreement = await prisma.agreement.findUniqueOrThrow({ where: { runId: run.id } });
    if (agreement.subject === 'diagnoses') return measureGrades(input, agreement);
    const { snapshotId, split } = agreement;
    const stored = await openMasks(input, { snapshotId, size: null, split: split ?? undefined });
    const { structures, images } = stored;
    const raters = stored.raters.map(({ id }) => id);
    const counts = structures.map((): ImageAgreement[] => []);
    for (const [index, image] of images.entries()) {
      input.signal.throwIfAborted();
      for (const [s, { id: structureId }] of structures.entries()) {
        const place = { agreementId: agreement.id, imageId: image.id, structureId };
        // Those of one structure are in memory at once.
        const masks = await stored.masksOf(image, structureId);
        counts[s].push({ ...(await measureAndStore(input, image, masks, place)), subject: image.subject });
      }
      input.progress.report((readingShare * (index + 1)) / images.length, 'reading masks');
    }
    const metrics: Metric[] = [];
    for (const [s, { id: structureId }] of structures.entries()) {
      metrics.push(...(await metricsOf(input, structureId, counts[s], raters)));
      input.progress.report(readingShare + ((1 - readingShare) * (s + 1)) / structures.length, 'intervals');
    }
    return {
      result: { images: counts[0]?.length ?? 0, metrics: metrics.length, ...withoutDistance(counts.flat()) },
      write: async (tx) => {
        const data = metrics.map((metric) => ({ ...metric, agreementId: agreement.id }));
        await tx.agreementMetric.createMany({ data });
      },
    };
  },
};

/** Measures one structure of one image, and stores its maps and numbers. */
async function measureAndStore(
  input: JobInput,
  { spacing }: StoredImage,
  masks: ReadonlyMap<string, BitMask>,
  place: { readonly agreementId: string; readonly imageId: string; readonly structureId: string },
): Promise<ImageAgreement> {
  await storeAgreementMaps(input, place, [...masks.values()]);
  const pairs: RaterPair[] = [];
  for (const pair of raterPairs(masks, spacing)) {
    pairs.push(pair);
    await setImmediate();
    input.signal.throwIfAborted();
  }
  const agreement = measureImage(masks, pairs);
  await storeImageAgreements(input, place, [...imageNumbers(agreement, spacing)]);
  return agreement;
}

/** How many pairs of masks have no distance because an outline is too long; nothing where none. */
function withoutDistance(images: readonly ImageAgreement[]): { pairsWithoutDistance?: number } {
  const pairs = images.flatMap(({ pairs }) => pairs.filter(({ outlineTooLong }) => outlineTooLong)).length;
  return pairs > 0 ? { pairsWithoutDistance: pairs } : {};
}

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
