import 'reflect-metadata';
import { measureAgreement } from '../../api/agreement/agreement.service.ts';
import { encodeOneBitPng } from '../../api/storage/one-bit-png.ts';
import { startWorker } from '../../api/worker/start-worker.ts';
import { rowBytes, type BitMask } from '../../ml/data/bit-mask.ts';
import { succeeded } from '../../tests/helpers/ended.ts';
import { testJobContext } from '../../tests/helpers/job-context.ts';
import { freezeAll } from '../../tests/helpers/tiny-dataset.ts';

/** What bench/memory.bench.ts reads from the last line of the output. */
export interface Added {
  /** Bytes by which the process's memory grew at most. */
  readonly added: number;
  readonly seconds: number;
}

// A worker measures the agreement on small images, which loads what it needs, then on large ones:
//   node --import tsx bench/memory/agreement-child.ts <width> <height> <images> <raters>
const [width, height, images, raters] = process.argv.slice(2).map(Number);

const context = await testJobContext();
const worker = await startWorker(context);
const [small, large] = [await drawDiscs('small', 80, 60), await drawDiscs('large', width, height)];
await succeeded(context, measureAgreement(context, { snapshotId: small }));
const [before, started] = [peak(), performance.now()];
await succeeded(context, measureAgreement(context, { snapshotId: large }));
const result: Added = { added: peak() - before, seconds: (performance.now() - started) / 1000 };
await worker.close();
await context.close();
process.stdout.write(`${JSON.stringify(result)}\n`);

function peak(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** A frozen cohort of images of this size, on which each rater draws a disc somewhat larger than the one before. */
async function drawDiscs(name: string, width: number, height: number): Promise<string> {
  const { prisma, blobs } = context;
  const named = Array.from({ length: raters }, (_, position) => ({ name: `R${position + 1}`, position }));
  const dataset = await prisma.dataset.create({
    data: { name, raters: { create: named }, structures: { create: { name: 'disc', position: 0 } } },
    include: { raters: true, structures: true },
  });
  const sha256 = await blobs.put(new Uint8Array(), 'image/png');
  for (let i = 0; i < images; i++) {
    const row = { path: `${i}.png`, subject: `${i}`, split: 'test', sha256, width, height } as const;
    const { id: imageId } = await prisma.image.create({ data: { datasetId: dataset.id, ...row } });
    for (const [k, { id: raterId }] of dataset.raters.entries()) {
      const mask = disc({ width, height }, (0.35 + 0.02 * k) * height);
      const sha256 = await blobs.put(encodeOneBitPng(mask), 'image/png');
      const annotation = { imageId, raterId, structureId: dataset.structures[0].id, sha256, area: 1 };
      await prisma.annotation.create({ data: annotation });
    }
  }
  return freezeAll(prisma, dataset.id);
}

function disc({ width, height }: Pick<BitMask, 'width' | 'height'>, radius: number): BitMask {
  const stride = rowBytes(width);
  const bytes = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const half = Math.sqrt(Math.max(0, radius ** 2 - (y - height / 2) ** 2));
    for (let x = Math.ceil(width / 2 - half); x < width / 2 + half; x++)
      bytes[y * stride + (x >> 3)] |= 0x80 >> (x & 7);
  }
  return { width, height, bytes };
}
