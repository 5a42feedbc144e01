import { parseArgs } from 'node:util';
import { urlUsage } from '../client/common-options.ts';
import { parseSubject, subjectOptions, subjectUsage, type Subject } from '../client/subject.ts';
import { wholeNumber } from '../client/whole-number.ts';

export interface AgreementOptions extends Subject {
  /** Only images of this split. If omitted, all images. */
  readonly split?: Split;
  /** What is compared. */
  readonly of: Compared;
  /** Of the bootstrap. */
  readonly seed: number;
  /** Print so many images of each structure, those on which raters agree least. */
  readonly worst: number;
  readonly out: string;
}

export const usage = `npm run agreement -- [options]
${subjectUsage}
  --of WHAT         masks of raters (default), or diagnoses of graders
  --split NAME      only images of train, validation or test (default: all)
  --seed N          seed of the intervals' resamples (default 1)
  --worst N         print the N images of each structure on which they disagree most (default 5)
  --out FOLDER      where the table goes (default .consilium/agreement)
${urlUsage}`;

type Compared = 'masks' | 'diagnoses';

function comparedOf(value: string): Compared {
  if (value === 'masks' || value === 'diagnoses') return value;
  throw new Error(`--of '${value}': expected masks or diagnoses`);
}

type Split = 'train' | 'validation' | 'test';
const splits: readonly Split[] = ['train', 'validation', 'test'];

function splitOf(value: string | undefined): Split | undefined {
  const split = splits.find((one) => one === value);
  if (split || value === undefined) return split;
  throw new Error(`--split '${value}': expected one of ${splits.join(', ')}`);
}

export function parseOptions(argv: readonly string[]): AgreementOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...subjectOptions,
      of: { type: 'string', default: 'masks' },
      split: { type: 'string' },
      seed: { type: 'string', default: '1' },
      worst: { type: 'string', default: '5' },
      out: { type: 'string', default: '.consilium/agreement' },
    },
  });
  if (values.help) return 'help';
  const of = comparedOf(values.of);
  // A snapshot holds its graders' diagnoses where it has a label rule: the empty one asks for nothing else.
  const labels = values.labels ?? (of === 'diagnoses' ? '{}' : undefined);
  return {
    ...parseSubject({ ...values, labels }),
    of,
    split: splitOf(values.split),
    seed: wholeNumber('--seed', values.seed, 0),
    worst: wholeNumber('--worst', values.worst, 0),
    out: values.out,
  };
}
