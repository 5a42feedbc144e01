// A download that goes on where it stopped, and is only believed when its SHA-256 is the expected one.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const silence = 30_000;

/** @param {string} file */
export async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** @param {string} file */
export const sizeOf = (file) => (existsSync(file) ? statSync(file).size : 0);

/** @param {Response} response @param {number} have */
function totalOf(response, have) {
  const range = response.headers.get('content-range')?.match(/\/(\d+)$/);
  if (range) return Number(range[1]);
  const length = Number(response.headers.get('content-length'));
  return length ? length + have : undefined;
}

/** @param {string} url @param {string} part @param {(done: number, total?: number) => void} onBytes */
async function continueDownload(url, part, onBytes) {
  const have = sizeOf(part);
  const stop = new AbortController();
  let timer = setTimeout(() => stop.abort(new Error('the server is silent')), silence);
  try {
    const response = await fetch(url, {
      headers: have ? { range: `bytes=${have}-` } : {},
      signal: stop.signal,
    });
    if (response.status === 416) return; // nothing is missing; the checksum decides
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
    const resumed = response.status === 206;
    const total = totalOf(response, resumed ? have : 0);
    let done = resumed ? have : 0;
    const count = new Transform({
      transform(chunk, _encoding, next) {
        timer.refresh();
        done += chunk.length;
        onBytes(done, total);
        next(null, chunk);
      },
    });
    const target = createWriteStream(part, { flags: resumed ? 'a' : 'w' });
    await pipeline(Readable.fromWeb(/** @type {any} */ (response.body)), count, target);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} url @param {string} part @param {(done: number, total?: number) => void} onBytes */
async function fetchWithRetries(url, part, onBytes) {
  for (let attempt = 1; ; attempt++) {
    const before = sizeOf(part);
    try {
      return await continueDownload(url, part, onBytes);
    } catch (error) {
      // A broken connection that moved forward is worth another try; a refusal is not.
      if (attempt >= 5 || sizeOf(part) <= before) throw error;
    }
  }
}

/**
 * @param {{url: string, file: string, sha256: string, onBytes?: (done: number, total?: number) => void}} request
 * `file` is only there once it is complete and checked; until then its bytes are in `file`.part.
 */
export async function download({ url, file, sha256, onBytes = () => {} }) {
  mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.part`;
  if (url.startsWith('file:')) copyFileSync(fileURLToPath(url.split('#')[0] ?? url), part);
  else await fetchWithRetries(url, part, onBytes);
  await accept(part, file, sha256);
}

/** Checks and renames; a wrong file is deleted. @param {string} part @param {string} file @param {string} sha256 */
export async function accept(part, file, sha256) {
  const found = await sha256Of(part);
  if (found !== sha256) {
    rmSync(part, { force: true });
    throw new Error(`${path.basename(file)} has SHA-256 ${found}, expected ${sha256}. It was deleted.`);
  }
  renameSync(part, file);
}
