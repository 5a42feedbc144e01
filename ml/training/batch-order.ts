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

/** So many slices, as even as can be. */
export function inSlices<T>(items: readonly T[], count: number): T[][] {
  const start = (slice: number): number => Math.floor((slice * items.length) / count);
  return Array.from({ length: count }, (_, i) => items.slice(start(i), start(i + 1)));
}

/**
 * Batches of a second stream, one beside each batch of an epoch and of its size. The stream is shuffled anew each time
 * that it is used up. It depends on seed and epoch only.
 */
export function batchesBeside(
  batches: readonly (readonly number[])[],
  images: number,
  { seed, epoch }: { seed: number; epoch: number },
): number[][] {
  const all = Array.from({ length: images }, (_, index) => index);
  const queue: number[] = [];
  let passes = 0;
  return batches.map(({ length }) => {
    while (queue.length < length)
      queue.push(...shuffled(createRandom(seed, 'unlabelled', epoch, passes++), all));
    return queue.splice(0, length);
  });
}
