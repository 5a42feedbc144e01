import type { ParseArgsConfig } from 'node:util';
import { jsonObject } from './json-object.ts';
import { modalities } from './phantoms.ts';
import { wholeNumber } from './whole-number.ts';

/** How a folder is imported. */
export interface Reading {
  /** Bad rows are left out and listed. */
  readonly skipBad?: boolean;
  /** A reader's name; left out: the first that recognises the folder. */
  readonly format?: string;
  /** The reader's settings. */
  readonly options?: object;
  /** Name of the dataset; left out: the one that the folder gives. */
  readonly name?: string;
  /** Add to a dataset that another folder made. */
  readonly add?: boolean;
  /** Withdraw what the folder does not have any more, … */
  readonly mirror?: boolean;
  /** … so many rows at most. */
  readonly mirrorLimit?: number;
  /** Take back what was withdrawn. */
  readonly restore?: boolean;
  /** Look at every file, even where nothing seems to have changed. */
  readonly verify?: boolean;
  /** How labels are made of diagnoses: freezeCohort's `labels`. */
  readonly labels?: object;
}

/** What every command that works on images can be asked. */
export interface CommonOptions {
  readonly preset: string;
  /** The phantom that was named, if one was. */
  readonly modality?: string;
  /** Phantoms: number of images in all. */
  readonly images: number;
  /** A folder in a layout that a reader knows, or the file that describes it. */
  readonly data?: string;
  /** How `data` is read. */
  readonly reading: Reading;
  /** A dataset that is stored already, by name … */
  readonly dataset?: string;
  /** … and a cohort of it. */
  readonly cohort?: string;
  /** Only to list what the server knows by name. */
  readonly list: boolean;
  /** A running server to use instead of one of our own. */
  readonly url?: string;
}

/** For `parseArgs`. */
export const commonOptions = {
  modality: { type: 'string' },
  data: { type: 'string' },
  format: { type: 'string' },
  options: { type: 'string' },
  labels: { type: 'string' },
  'skip-bad': { type: 'boolean', default: false },
  name: { type: 'string' },
  add: { type: 'boolean', default: false },
  mirror: { type: 'boolean', default: false },
  'mirror-limit': { type: 'string' },
  restore: { type: 'boolean', default: false },
  verify: { type: 'boolean', default: false },
  dataset: { type: 'string' },
  cohort: { type: 'string' },
  preset: { type: 'string', default: 'demo' },
  images: { type: 'string', default: '300' },
  url: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options'];

export const imagesUsage = `\
  --data PATH       real data instead: a folder, or the file that describes it (docs/data.md)
  --format NAME     its layout: manifest, coco, … (default: recognised)
  --options JSON    settings of the layout's reader
  --labels JSON     how labels are made of diagnoses (docs/diagnoses.md): '{"fusion": "majority"}'
  --skip-bad        leave out bad rows and list them, instead of refusing them all
  --name NAME       name of the dataset (default: the one that the folder gives)
  --add             add to the dataset of this name, even if another folder made it
  --mirror          withdraw what came from this folder and is not there any more
  --mirror-limit N  how many rows that may be (default: half of them)
  --restore         take back what was withdrawn, where the folder still has it
  --verify          look at every file, even where nothing seems to have changed
  --dataset NAME    a dataset that is stored already, instead of a folder
  --cohort NAME     a cohort of it (default: all of its images)
  --preset NAME     demo (64×64, minutes on two cores; default) or paper (256×256, ResNet50: wants a GPU)
  --images N        phantoms: number of images in all (default 300: 160 train, 40 validation, 100 test)`;

export const listUsage =
  '  --list            what the server knows by name, a line each; nothing else is done';
export const urlUsage = '  --url URL         a running Consilium server to use (default: starts its own)';

interface CommonValues {
  readonly modality?: string;
  readonly data?: string;
  readonly format?: string;
  readonly options?: string;
  readonly labels?: string;
  readonly 'skip-bad': boolean;
  readonly name?: string;
  readonly add: boolean;
  readonly mirror: boolean;
  readonly 'mirror-limit'?: string;
  readonly restore: boolean;
  readonly verify: boolean;
  readonly dataset?: string;
  readonly cohort?: string;
  readonly preset: string;
  readonly images: string;
  readonly list: boolean;
  readonly url?: string;
}

/** @throws Error naming the option that cannot be, before any work is done. */
export function parseCommon(values: CommonValues): CommonOptions {
  const { modality, data, url, dataset, cohort } = values;
  requireOneSource(values);
  if (modality && !(modalities as readonly string[]).includes(modality)) {
    throw new Error(`--modality '${modality}': expected one of ${modalities.join(', ')}`);
  }
  return {
    preset: values.preset,
    modality,
    images: wholeNumber('--images', values.images, 30),
    data,
    reading: readingOf(values),
    dataset,
    cohort,
    list: values.list,
    url,
  };
}

/** Images come from a folder, from the store, or from a phantom; what says how is about one of them. */
function requireOneSource(values: CommonValues): void {
  const given = (['data', 'dataset', 'modality'] as const).filter((source) => values[source]);
  if (given.length > 1) throw new Error(`${given.map((one) => `--${one}`).join(' and ')} exclude each other`);
  if (values.cohort && !values.dataset) throw new Error('--cohort names a cohort of --dataset: give both');
  const ofData = [
    'format',
    'options',
    'skip-bad',
    'name',
    'add',
    'mirror',
    'mirror-limit',
    'restore',
    'verify',
  ] as const;
  const lost = ofData.find((option) => values[option]);
  if (lost && !values.data) throw new Error(`--${lost} says how --data is read`);
  if (values['mirror-limit'] && !values.mirror) throw new Error('--mirror-limit goes with --mirror');
}

function readingOf(values: CommonValues): Reading {
  const { format, options, labels, name, 'mirror-limit': limit } = values;
  return {
    skipBad: values['skip-bad'],
    format,
    options: options === undefined ? undefined : jsonObject('--options', options),
    labels: labels === undefined ? undefined : jsonObject('--labels', labels),
    name,
    add: values.add,
    mirror: values.mirror,
    mirrorLimit: limit === undefined ? undefined : wholeNumber('--mirror-limit', limit, 0),
    restore: values.restore,
    verify: values.verify,
  };
}
