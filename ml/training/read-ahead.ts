import { setImmediate } from 'node:timers/promises';
import type { Sample, SampleSource } from '../data/sample.ts';

/**
 * The samples of each batch, one batch read ahead while the caller computes: memory holds two batches, whatever the
 * size of the data. Between batches other work of the process gets its turn, and the signal is heeded.
 */
export async function* readAhead(
  source: SampleSource,
  batches: readonly (readonly number[])[],
  signal?: AbortSignal,
): AsyncGenerator<Sample[]> {
  const start = (batch: readonly number[]): Promise<Sample[]> => {
    const reading = source.read(batch);
    // Awaited below, unless an error or abort comes first: then its failure is nobody's any more.
    reading.catch(() => undefined);
    return reading;
  };
  signal?.throwIfAborted();
  let next = batches.length > 0 ? start(batches[0]) : undefined;
  for (let i = 1; next; i++) {
    const samples: Sample[] = await next;
    next = i < batches.length ? start(batches[i]) : undefined;
    await setImmediate();
    signal?.throwIfAborted();
    yield samples;
  }
}
