import { parseArgs } from 'node:util';
import { modalities, presetOf, type Preset } from '../client/phantoms.ts';
import { wholeNumber } from '../client/whole-number.ts';

export interface DemoOptions {
  /** Phantoms to make, where no folder is given. */
  readonly modalities: readonly string[];
  /** A folder with a manifest, or a manifest file. */
  readonly data?: string;
  /** Bad rows of the manifest are left out and listed. */
  readonly skipBad: boolean;
  readonly preset: Preset;
  readonly seed: number;
  /** Phantoms: number of images in all. */
  readonly images: number;
  readonly json?: string;
  readonly sheet: string;
  /** A running server to use instead of one of our own. */
  readonly url?: string;
}

export const usage = `npm run demo -- [options]
  --modality NAME   one phantom of: ${modalities.join(', ')} (default: all three, one after the other)
  --data PATH       real data instead: a folder with a manifest, or a manifest file (docs/manifest.md)
  --skip-bad        leave out bad rows of the manifest and list them, instead of refusing them all
  --preset NAME     demo (64×64, minutes on two cores; default) or paper (256×256, ResNet50: wants a GPU)
  --images N        phantoms: number of images in all (default 300: 160 train, 40 validation, 100 test)
  --seed N          seed of phantoms, fusions and trainings (default 1)
  --json FILE       write the numbers as JSON (an object; with several modalities an array of them)
  --sheet FILE      where the contact sheet of one test case goes (default .consilium/demo/<modality>.png)
  --url URL         a running Consilium server to use (default: starts its own)`;

export function parseOptions(argv: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      modality: { type: 'string' },
      data: { type: 'string' },
      'skip-bad': { type: 'boolean', default: false },
      preset: { type: 'string', default: 'demo' },
      images: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      sheet: { type: 'string' },
      url: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.data && values.modality) throw new Error('--data and --modality exclude each other');
  if (values.modality && !(modalities as readonly string[]).includes(values.modality)) {
    throw new Error(`--modality '${values.modality}': expected one of ${modalities.join(', ')}`);
  }
  return {
    modalities: values.modality ? [values.modality] : modalities,
    data: values.data,
    skipBad: values['skip-bad'],
    preset: presetOf(values.preset),
    seed: wholeNumber('--seed', values.seed, 0),
    images: wholeNumber('--images', values.images, 30),
    json: values.json,
    sheet: values.sheet ?? '.consilium/demo/{name}.png',
    url: values.url,
  };
}
