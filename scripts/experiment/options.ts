import { parseArgs } from 'node:util';
import { experiments } from '../../ml/experiments/index.ts';
import { modalities, presetOf, type Preset } from '../client/phantoms.ts';
import { wholeNumber } from '../client/whole-number.ts';

export interface ExperimentOptions {
  readonly experiment: string;
  readonly preset: Preset;
  /** Settings of the experiment that differ from the preset's. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The phantom, where no folder is given. */
  readonly modality: string;
  readonly phantomSeed: number;
  readonly images: number;
  readonly data?: string;
  /** Bad rows of the manifest are left out and listed. */
  readonly skipBad: boolean;
  /** Folder of the files that are written. */
  readonly out: string;
  readonly url?: string;
}

export const usage = `npm run experiment -- NAME [options]
  NAME              one of: ${experiments.names.join(', ')}
  --modality NAME   the phantom: ${modalities.join(', ')} (default fundus)
  --data PATH       real data instead: a folder with a manifest, or a manifest file (docs/manifest.md)
  --skip-bad        leave out bad rows of the manifest and list them, instead of refusing them all
  --preset NAME     demo (64×64, minutes on two cores; default) or paper (256×256, ResNet50: wants a GPU)
  --seeds A,B,…     seeds of fusions and trainings (default 1); with several, intervals go over them too
  --models A,B,…    diagnosis models by name (default: the paper's)
  --fusions A,B,…   fusions by name (default: the paper's)
  --config JSON     any settings of the experiment, as methods(kind: EXPERIMENT) describes them
  --images N        phantoms: number of images in all (default 300: 160 train, 40 validation, 100 test)
  --phantom-seed N  seed of the phantom's images (default 1)
  --out FOLDER      where table, plot, CSV and JSON go (default .consilium/experiments)
  --url URL         a running Consilium server to use (default: starts its own)`;

export function parseOptions(argv: readonly string[]): ExperimentOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      modality: { type: 'string' },
      data: { type: 'string' },
      'skip-bad': { type: 'boolean', default: false },
      preset: { type: 'string', default: 'demo' },
      seeds: { type: 'string' },
      models: { type: 'string' },
      fusions: { type: 'string' },
      config: { type: 'string', default: '{}' },
      images: { type: 'string', default: '300' },
      'phantom-seed': { type: 'string', default: '1' },
      out: { type: 'string', default: '.consilium/experiments' },
      url: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (positionals.length !== 1) throw new Error(`name one experiment of: ${experiments.names.join(', ')}`);
  if (values.data && values.modality) throw new Error('--data and --modality exclude each other');
  const modality = values.modality ?? modalities[0];
  if (!(modalities as readonly string[]).includes(modality)) {
    throw new Error(`--modality '${modality}': expected one of ${modalities.join(', ')}`);
  }
  const { seeds, models, fusions } = values;
  return {
    experiment: experiments.get(positionals[0]).name,
    preset: presetOf(values.preset),
    config: {
      ...jsonObject('--config', values.config),
      ...(seeds && { seeds: seeds.split(',').map((seed) => wholeNumber('--seeds', seed, 0)) }),
      ...(models && { models: models.split(',') }),
      ...(fusions && { fusions: fusions.split(',') }),
    },
    modality,
    phantomSeed: wholeNumber('--phantom-seed', values['phantom-seed'], 0),
    images: wholeNumber('--images', values.images, 30),
    data: values.data,
    skipBad: values['skip-bad'],
    out: values.out,
    url: values.url,
  };
}

function jsonObject(name: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // said below
  }
  throw new Error(`${name} '${text}': expected a JSON object`);
}
