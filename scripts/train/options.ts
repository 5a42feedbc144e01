import { parseArgs } from 'node:util';
import { jsonObject } from '../client/json-object.ts';
import { listUsage, urlUsage } from '../client/common-options.ts';
import { parseSubject, subjectOptions, subjectUsage, type Subject } from '../client/subject.ts';
import { wholeNumber } from '../client/whole-number.ts';

export interface TrainOptions extends Subject {
  readonly method: string;
  /** Settings of the method, of its training and of the fusion that differ from the preset's. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly training: Readonly<Record<string, unknown>>;
  readonly fusionConfig: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** The masks that it learns with. */
  readonly fusion: string;
  /** As published, or with the leak closed. */
  readonly protocol: string;
  readonly out: string;
}

export const usage = `npm run train -- METHOD [options]
  METHOD            a diagnosis or segmentation model by name: --list names them
${subjectUsage}
  --seed N          seed of the training and of the fusion (default 1)
  --config JSON     settings of the method, as methods(kind: DIAGNOSIS_MODEL or SEGMENTATION_MODEL) describes them
  --training JSON   settings of the training: epochs, batchSize, learningRate, … (the demo preset asks for 240 minSteps)
  --fusion NAME     the masks to learn with: a fusion by name (default majority-vote)
  --fusion-config JSON  settings of that fusion, such as {"rater": "R1"} for single-rater
  --protocol NAME   of a fusion that reads diagnoses: paper (as published; default) or leak-controlled
  --out FOLDER      where weights and numbers go (default .consilium/models)
${listUsage}
${urlUsage}`;

export function parseOptions(argv: readonly string[]): TrainOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...subjectOptions,
      seed: { type: 'string', default: '1' },
      config: { type: 'string', default: '{}' },
      training: { type: 'string', default: '{}' },
      fusion: { type: 'string', default: 'majority-vote' },
      protocol: { type: 'string', default: 'paper' },
      'fusion-config': { type: 'string', default: '{}' },
      out: { type: 'string', default: '.consilium/models' },
    },
  });
  if (values.help) return 'help';
  if (positionals.length !== 1 && !values.list) throw new Error('name one model: --list names them');
  return {
    ...parseSubject(values),
    method: positionals[0],
    config: jsonObject('--config', values.config),
    training: jsonObject('--training', values.training),
    fusionConfig: jsonObject('--fusion-config', values['fusion-config']),
    seed: wholeNumber('--seed', values.seed, 0),
    fusion: values.fusion,
    protocol: values.protocol,
    out: values.out,
  };
}
