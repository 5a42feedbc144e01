// Unpacks chosen files of a zip archive (a Python wheel is one) as a stream: the largest file alone is over a gigabyte.
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

/** @typedef {{name: string, method: number, packed: number, size: number, offset: number}} Entry */

/** @param {import('node:fs/promises').FileHandle} handle @param {number} position @param {number} length */
async function read(handle, position, length) {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length)
    throw new Error(`the archive ends early: ${bytesRead} of ${length} bytes at ${position}`);
  return buffer;
}

/** The central directory stands at the end. @param {import('node:fs/promises').FileHandle} handle @returns {Promise<Entry[]>} */
async function listEntries(handle) {
  const { size } = await handle.stat();
  const tailLength = Math.min(size, 65_557);
  const tail = await read(handle, size - tailLength, tailLength);
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0) throw new Error('not a zip archive: it has no central directory');
  const directory = await read(handle, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries = [];
  for (let at = 0; at < directory.length && directory.readUInt32LE(at) === 0x02014b50;) {
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** @param {string} archive @param {import('node:fs/promises').FileHandle} handle @param {Entry} entry @param {string} file @param {(bytes: number) => void} onBytes */
async function unpack(archive, handle, entry, file, onBytes) {
  const local = await read(handle, entry.offset, 30);
  const start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  mkdirSync(path.dirname(file), { recursive: true });
  const count = new Transform({
    transform(chunk, _encoding, next) {
      onBytes(chunk.length);
      next(null, chunk);
    },
  });
  const target = createWriteStream(file);
  if (entry.packed === 0) return void (await pipeline([], target));
  const source = createReadStream(archive, { start, end: start + entry.packed - 1, highWaterMark: 1 << 20 });
  if (entry.method === 8) await pipeline(source, createInflateRaw({ chunkSize: 1 << 20 }), count, target);
  else if (entry.method === 0) await pipeline(source, count, target);
  else throw new Error(`${entry.name} is packed by method ${entry.method}, which is not known here`);
}

/**
 * @param {string} archive
 * @param {string} folder
 * @param {(name: string) => boolean} wanted
 * @param {(done: number, total: number) => void} [onBytes]
 */
export async function unzip(archive, folder, wanted, onBytes = () => {}) {
  const handle = await open(archive);
  try {
    const entries = (await listEntries(handle)).filter(
      (entry) => !entry.name.endsWith('/') && wanted(entry.name),
    );
    const total = entries.reduce((sum, entry) => sum + entry.size, 0);
    let done = 0;
    for (const entry of entries) {
      const file = path.resolve(folder, entry.name);
      if (!file.startsWith(path.resolve(folder) + path.sep))
        throw new Error(`${entry.name} leads out of the folder`);
      await unpack(archive, handle, entry, file, (bytes) => onBytes((done += bytes), total));
    }
    return entries.map((entry) => entry.name);
  } finally {
    await handle.close();
  }
}
