import { createRandom, shuffled } from '../random.ts';

/**
 * The images of an epoch in its own random order, cut into batches. The order depends on the seed and the epoch
 * only, so that a resumed run sees what the unbroken one would have. A remainder smaller than a batch is left out,
 * for batch-norm's sake; another epoch draws it.
 */
export function epochBatches(
  images: readonly number[],
  { batchSize, seed, epoch }: { batchSize: number; seed: number; epoch: number },
): number[][] {
  const order = shuffled(createRandom(seed, 'epoch', epoch), images);
  return inBatches(order, Math.min(batchSize, order.length)).filter(
    (batch) => batch.length === Math.min(batchSize, order.length),
  );
}

/** How many batches `epochBatches` gives. */
export function batchesAnEpoch(images: number, batchSize: number): number {
  return Math.floor(images / Math.min(batchSize, images));
}

/** In order, the last one smaller. */
export function inBatches(images: readonly number[], batchSize: number): number[][] {
  const count = Math.ceil(images.length / batchSize);
  return Array.from({ length: count }, (_, i) => images.slice(i * batchSize, (i + 1) * batchSize));
}
