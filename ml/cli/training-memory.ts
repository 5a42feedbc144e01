import { parseArgs } from 'node:util';
import { loadBackend } from '../backend.ts';
import { memorySource } from '../data/memory-source.ts';
import type { Sample } from '../data/sample.ts';
import { baselineDia } from '../diagnosis/baseline-dia.ts';
import { createRandom } from '../random.ts';
import { takeAndGive } from '../segmentation/take-and-give.ts';
import { train } from '../training/loop.ts';
import { trainingConfig } from '../training/training-config.ts';

// Peak memory and time of one training step of Take and Give at the paper's sizes, on noise:
//   node scripts/run.mjs ml/cli/training-memory.ts --size 256 --batch 16 --micro 2
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '256' },
    batch: { type: 'string', default: '16' },
    micro: { type: 'string', default: '2' },
  },
});
const [size, batch, micro] = [values.size, values.batch, values.micro].map(Number);
const structures = ['disc', 'cup'];
const GIB_IN_KIB = 2 ** 20;

function noise(index: number): Sample {
  const random = createRandom('noise', index);
  const pixels = size * size;
  return {
    id: `noise-${index}`,
    image: Float32Array.from({ length: 3 * pixels }, random),
    raterMasks: new Uint8Array(2 * pixels),
    annotated: Uint8Array.of(1, 1),
    fused: Float32Array.from({ length: 2 * pixels }, random),
    diagnosis: null,
  };
}

const peak = (): string => (process.resourceUsage().maxRSS / GIB_IN_KIB).toFixed(1);

await loadBackend();
const samples = Array.from({ length: batch }, (_, index) => noise(index));
const source = memorySource({ height: size, width: size, raters: ['none'], structures, samples });
const input = { height: size, width: size, structures: 2, raters: 1, seed: 1 };
const diagnosisNetwork = baselineDia.build(input, baselineDia.config.parse({}));
const config = takeAndGive.config.parse({});
const network = takeAndGive.build({ ...input, diagnosisNetwork }, config);
const training = trainingConfig.parse({ epochs: 1, batchSize: batch, microBatch: micro });
process.stdout.write(`before the step: ${peak()} GiB at most\n`);
const started = Date.now();
for await (const { metrics } of train({ model: takeAndGive, config, network, training, source, seed: 1 })) {
  const seconds = Math.round((Date.now() - started) / 1000);
  process.stdout.write(
    `${batch} images of ${size} × ${size} in parts of ${micro}: ${peak()} GiB at most, ${seconds} s, loss ${metrics.loss}\n`,
  );
}
