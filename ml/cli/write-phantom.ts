import { parseArgs } from 'node:util';
import { writePhantomFolder } from './phantom-folder.ts';

/** Writes a phantom dataset as a user's folder would look: --folder --modality --images --size --seed. */
const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    modality: { type: 'string', default: 'fundus' },
    images: { type: 'string', default: '300' },
    size: { type: 'string', default: '64' },
    seed: { type: 'string', default: '1' },
  },
});
if (!values.folder) throw new Error('--folder: name the folder to write');

const images = Number(values.images);
const test = Math.round(images / 3);
const validation = Math.round((images * 2) / 15);
const started = Date.now();
await writePhantomFolder(values.folder, {
  modality: values.modality,
  seed: Number(values.seed),
  size: Number(values.size),
  counts: { train: images - test - validation, validation, test },
  onCase: (done, total) => {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K  make phantoms  ${done} of ${total}`);
  },
});
const clear = process.stdout.isTTY ? '\r\x1b[2K' : '';
console.log(`${clear}  make phantoms  ${((Date.now() - started) / 1000).toFixed(0)} s`);
