import { parseArgs } from 'node:util';
import { jsonObject } from '../client/json-object.ts';
import { listUsage, urlUsage } from '../client/common-options.ts';
import { parseSubject, subjectOptions, subjectUsage, type Subject } from '../client/subject.ts';
import { wholeNumber } from '../client/whole-number.ts';

export interface ExperimentOptions extends Subject {
  readonly experiment: string;
  /** Settings of the experiment that differ from the preset's. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Folder of the files that are written. */
  readonly out: string;
}

export const usage = `npm run experiment -- NAME [options]
  NAME              an experiment by name, such as figure-4: --list names them
${subjectUsage}
  --seeds A,B,…     seeds of fusions and trainings (default 1); with several, intervals go over them too
  --models A,B,…    diagnosis models by name (default: the paper's)
  --fusions A,B,…   fusions by name (default: the paper's)
  --permutations N  of every control, how many times diagnoses are shuffled (default 5; each costs a fusion)
  --config JSON     any settings of the experiment, as methods(kind: EXPERIMENT) describes them
  --out FOLDER      where table, plot, CSV and JSON go (default .consilium/experiments)
${listUsage}
${urlUsage}`;

export function parseOptions(argv: readonly string[]): ExperimentOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...subjectOptions,
      seeds: { type: 'string' },
      models: { type: 'string' },
      fusions: { type: 'string' },
      permutations: { type: 'string' },
      config: { type: 'string', default: '{}' },
      out: { type: 'string', default: '.consilium/experiments' },
    },
  });
  if (values.help) return 'help';
  if (positionals.length !== 1 && !values.list) throw new Error('name one experiment: --list names them');
  const { seeds, models, fusions, permutations } = values;
  return {
    experiment: positionals[0],
    ...parseSubject(values),
    config: {
      ...jsonObject('--config', values.config),
      ...(seeds && { seeds: seeds.split(',').map((seed) => wholeNumber('--seeds', seed, 0)) }),
      ...(models && { models: models.split(',') }),
      ...(fusions && { fusions: fusions.split(',') }),
      ...(permutations && { permutations: wholeNumber('--permutations', permutations, 1) }),
    },
    out: values.out,
  };
}
