import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A list on disk, one JSON line per item, so its length costs no memory. It is written first, then read. */
export interface Spool<T> {
  push(item: T): Promise<void>;
  /** What was pushed, `size` at a time. */
  chunks(size: number): AsyncGenerator<T[]>;
  remove(): Promise<void>;
}

export async function openSpool<T>(): Promise<Spool<T>> {
  const folder = await mkdtemp(join(tmpdir(), 'consilium-import-'));
  const path = join(folder, 'items.ndjson');
  const output = createWriteStream(path);
  let failure: Error | null = null;
  output.on('error', (error) => (failure = error));
  return {
    async push(item) {
      if (failure) throw failure;
      if (!output.write(`${JSON.stringify(item)}\n`)) await once(output, 'drain');
    },
    async *chunks(size) {
      await new Promise<void>((done) => output.end(done));
      if (failure) throw failure;
      let chunk: T[] = [];
      for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
        chunk.push(JSON.parse(line) as T);
        if (chunk.length < size) continue;
        yield chunk;
        chunk = [];
      }
      if (chunk.length > 0) yield chunk;
    },
    async remove() {
      output.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
