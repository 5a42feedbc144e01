import { parseArgs } from 'node:util';
import { jsonObject } from '../client/json-object.ts';
import { listUsage, urlUsage } from '../client/common-options.ts';
import { parseSubject, subjectOptions, subjectUsage, type Subject } from '../client/subject.ts';
import { wholeNumber } from '../client/whole-number.ts';

export interface FuseOptions extends Subject {
  readonly method: string;
  /** Settings of the method that differ from the preset's. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Side in pixels at which masks are fused. If omitted, the preset's. */
  readonly size?: number;
  /** The diagnosis model that is trained on majority votes for methods that follow one. */
  readonly theta: string;
  /** As published, or with the leak closed. */
  readonly protocol: string;
  readonly out: string;
}

export const usage = `npm run fuse -- METHOD [options]
  METHOD            a fusion by name: --list names them
${subjectUsage}
  --seed N          seed of the fusion and of what it trains (default 1)
  --config JSON     settings of the method, as methods(kind: FUSION) describes them
  --size N          side in pixels that masks are fused at (default: the preset's)
  --protocol NAME   paper (each image fused with its own diagnosis, as published; default) or leak-controlled
  --theta NAME      for methods that follow a diagnosis: the model trained for it on majority votes (default dl-cat)
  --out FOLDER      where masks and tables go (default .consilium/fusions)
${listUsage}
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
      protocol: { type: 'string', default: 'paper' },
      out: { type: 'string', default: '.consilium/fusions' },
    },
  });
  if (values.help) return 'help';
  if (positionals.length !== 1 && !values.list) throw new Error('name one fusion: --list names them');
  return {
    ...parseSubject(values),
    method: positionals[0],
    config: jsonObject('--config', values.config),
    seed: wholeNumber('--seed', values.seed, 0),
    size: values.size === undefined ? undefined : wholeNumber('--size', values.size, 1),
    theta: values.theta,
    protocol: values.protocol,
    out: values.out,
  };
}
