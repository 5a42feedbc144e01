// `npm run setup [-- --gpu | --cpu]`: everything that a fresh checkout needs. Runs on a bare Node.
import { parseArgs } from 'node:util';
import { endWithReader } from './setup/interrupt.mjs';
import { setUp } from './setup/set-up.mjs';

const usage = `npm run setup [-- --gpu | --cpu]
  --gpu   TensorFlow with CUDA 12 (downloads 3.4 GB, takes 5.4 GB in the cache); remembered until --cpu
  --cpu   TensorFlow for the processor (the default)`;

endWithReader();
try {
  const options = /** @type {const} */ ({
    gpu: { type: 'boolean' },
    cpu: { type: 'boolean' },
    help: { type: 'boolean' },
  });
  const { values } = parseArgs({ options });
  if (values.gpu && values.cpu) throw new Error('--gpu and --cpu exclude each other');
  const variant = values.gpu ? 'gpu' : values.cpu ? 'cpu' : undefined;
  if (values.help) console.log(usage);
  else await setUp({ variant, asked: true });
} catch (error) {
  process.stderr.write(`Set-up failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
