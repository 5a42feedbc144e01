import { parseArgs } from 'node:util';
import { diagnosisModels } from '../../ml/diagnosis/index.ts';
import { fusions } from '../../ml/fusion/index.ts';
import { jsonObject } from '../client/json-object.ts';
import { urlUsage } from '../client/common-options.ts';
import { parseSubject, subjectOptions, subjectUsage, type Subject } from '../client/subject.ts';
import { wholeNumber } from '../client/whole-number.ts';

export interface FuseOptions extends Subject {
  readonly method: string;
  /** Settings of the method that differ from the preset's. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Side in pixels that masks are fused at; the preset's where it is not given. */
  readonly size?: number;
  /** The diagnosis model that is trained on majority votes for methods that follow one. */
  readonly theta: string;
  readonly out: string;
}

export const usage = `npm run fuse -- METHOD [options]
  METHOD            one of: ${fusions.names.join(', ')}
${subjectUsage}
  --seed N          seed of the fusion and of what it trains (default 1)
  --config JSON     settings of the method, as methods(kind: FUSION) describes them
  --size N          side in pixels that masks are fused at (default: the preset's)
  --theta NAME      for methods that follow a diagnosis: the model trained for it on majority votes (default dl-cat)
  --out FOLDER      where masks and tables go (default .consilium/fusions)
${urlUsage}`;

export function parseOptions(argv: readonly string[]): FuseOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...subjectOptions,
      seed: { type: 'string', default: '1' },
      config: { type: 'string', default: '{}' },
      size: { type: 'string' },
      theta: { type: 'string', default: 'dl-cat' },
      out: { type: 'string', default: '.consilium/fusions' },
    },
  });
  if (values.help) return 'help';
  if (positionals.length !== 1) throw new Error(`name one fusion of: ${fusions.names.join(', ')}`);
  return {
    ...parseSubject(values),
    method: fusions.get(positionals[0]).name,
    config: jsonObject('--config', values.config),
    seed: wholeNumber('--seed', values.seed, 0),
    size: values.size === undefined ? undefined : wholeNumber('--size', values.size, 1),
    theta: diagnosisModels.get(values.theta).name,
    out: values.out,
  };
}
