// `npm run setup [-- --gpu | --cpu]`: everything that a fresh checkout needs. Runs on a bare Node.
import { parseArgs } from 'node:util';
import { setUp } from './setup/set-up.mjs';

const { values } = parseArgs({ options: { gpu: { type: 'boolean' }, cpu: { type: 'boolean' } } });
if (values.gpu && values.cpu) throw new Error('--gpu and --cpu exclude each other');
const variant = values.gpu ? 'gpu' : values.cpu ? 'cpu' : undefined;

try {
  await setUp({ variant, asked: true });
} catch (error) {
  process.stderr.write(`Set-up failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
