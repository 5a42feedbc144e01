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
  readonly preset: string;
  readonly images: string;
  readonly list: boolean;
  readonly url?: string;
}

/** @throws Error naming the option that cannot be, before any work is done. */
export function parseCommon({
  modality,
  data,
  url,
  format,
  options,
  labels,
  ...values
}: CommonValues): CommonOptions {
  if (!data && (format || options)) throw new Error('--format and --options say how --data is read');
  if (data && modality) throw new Error('--data and --modality exclude each other');
  if (modality && !(modalities as readonly string[]).includes(modality)) {
    throw new Error(`--modality '${modality}': expected one of ${modalities.join(', ')}`);
  }
  return {
    preset: values.preset,
    modality,
    images: wholeNumber('--images', values.images, 30),
    data,
    reading: {
      skipBad: values['skip-bad'],
      format,
      options: options === undefined ? undefined : jsonObject('--options', options),
      labels: labels === undefined ? undefined : jsonObject('--labels', labels),
    },
    list: values.list,
    url,
  };
}
