import { parseArgs } from 'node:util';
import {
  commonOptions,
  imagesUsage,
  parseCommon,
  urlUsage,
  type CommonOptions,
} from '../client/common-options.ts';
import { modalities } from '../client/phantoms.ts';
import { wholeNumber } from '../client/whole-number.ts';

export interface DemoOptions extends CommonOptions {
  /** Phantoms to make, where no folder is given. */
  readonly modalities: readonly string[];
  readonly seed: number;
  readonly json?: string;
  readonly sheet: string;
}

export const usage = `npm run demo -- [options]
  --modality NAME   one phantom of: ${modalities.join(', ')} (default: all three, one after the other)
${imagesUsage}
  --seed N          seed of phantoms, fusions and trainings (default 1)
  --json FILE       write the numbers as JSON (an object; with several modalities an array of them)
  --sheet FILE      where the contact sheet of one test case goes (default .consilium/demo/<modality>.png)
${urlUsage}`;

export function parseOptions(argv: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...commonOptions,
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      sheet: { type: 'string' },
    },
  });
  if (values.help) return 'help';
  const common = parseCommon(values);
  return {
    ...common,
    modalities: common.modality ? [common.modality] : modalities,
    seed: wholeNumber('--seed', values.seed, 0),
    json: values.json,
    sheet: values.sheet ?? '.consilium/demo/{name}.png',
  };
}
