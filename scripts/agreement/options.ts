import { parseArgs } from 'node:util';
import { urlUsage } from '../client/common-options.ts';
import { parseSubject, subjectOptions, subjectUsage, type Subject } from '../client/subject.ts';
import { wholeNumber } from '../client/whole-number.ts';

export interface AgreementOptions extends Subject {
  /** Only images of this split; all where it is not given. */
  readonly split?: string;
  /** Of the bootstrap. */
  readonly seed: number;
  readonly out: string;
}

export const usage = `npm run agreement -- [options]
${subjectUsage}
  --split NAME      only images of train, validation or test (default: all)
  --seed N          seed of the intervals' resamples (default 1)
  --out FOLDER      where the table goes (default .consilium/agreement)
${urlUsage}`;

const splits = ['train', 'validation', 'test'];

export function parseOptions(argv: readonly string[]): AgreementOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...subjectOptions,
      split: { type: 'string' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: '.consilium/agreement' },
    },
  });
  if (values.help) return 'help';
  const { split } = values;
  if (split !== undefined && !splits.includes(split)) {
    throw new Error(`--split '${split}': expected one of ${splits.join(', ')}`);
  }
  return {
    ...parseSubject(values),
    split,
    seed: wholeNumber('--seed', values.seed, 0),
    out: values.out,
  };
}
