import { resolve } from 'node:path';
import { readers } from '../../ml/data/readers/index.ts';
import { isPlainObject } from '../../ml/settings/lay-over.ts';
import type { Run } from '../../prisma/client/client.ts';
import { invalidInput } from '../errors.ts';
import { parseConfig } from '../runs/method-config.ts';
import type { RequestOf } from '../requests/requests.ts';
import { createRun, type RunsContext } from '../runs/runs.service.ts';

export interface ImportDatasetInput {
  /** A folder, or the file that describes it, on the server's machine. */
  readonly path: string;
  readonly skipBad?: boolean | null;
  /** A reader's name. */
  readonly format?: string | null;
  readonly options?: Record<string, unknown> | null;
  /** Name of the dataset; left out: the one that its description gives. */
  readonly name?: string | null;
  readonly add?: boolean | null;
  readonly mirror?: boolean | null;
  readonly mirrorLimit?: number | null;
  readonly restore?: boolean | null;
  readonly verify?: boolean | null;
}

/** Starts an import; while one of the same folder is queued or running, that one answers. */
export async function requestImport({ prisma, actor }: RunsContext, input: ImportDatasetInput): Promise<Run> {
  if (!input.path.trim())
    throw invalidInput(`path '${input.path}': expected a folder, or the file that describes it`, 'path');
  // No database keeps it, and no path has it.
  const text = JSON.stringify([input.path, input.format, input.options]);
  if (text.includes('\\u0000'))
    throw invalidInput('path, format or options have a zero character in them', 'path');
  const path = resolve(input.path);
  const format = input.format ?? null;
  const options = optionsOf(format, input.options ?? {});
  const asked = { path, skipBad: input.skipBad ?? false, format, options, ...changesOf(input) };
  return prisma.$transaction(async (tx) => {
    const last = await tx.run.findFirst({
      where: { kind: 'import', status: 'succeeded', config: { path: ['path'], equals: path } },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      select: { id: true },
    });
    const request = { ...asked, after: last?.id ?? null };
    return (await createRun(tx, { kind: 'import', request, seed: 0, actor })).run;
  });
}

type Changes = Omit<RequestOf<'import'>, 'path' | 'skipBad' | 'format' | 'options' | 'after'>;

/** Into which dataset, and what may be changed there. */
function changesOf(input: ImportDatasetInput): Changes {
  const { name = null, mirrorLimit = null } = input;
  const [add, mirror] = [input.add ?? false, input.mirror ?? false];
  if (name !== null && !name.trim()) throw invalidInput(`name '${name}': expected a name`, 'name');
  if (mirror && input.skipBad)
    throw invalidInput('mirror: with skipBad, rows that cannot be read would be taken for gone', 'mirror');
  if (!mirror && mirrorLimit !== null)
    throw invalidInput(`mirrorLimit ${mirrorLimit}: only goes with mirror`, 'mirrorLimit');
  if (mirrorLimit !== null && mirrorLimit < 0)
    throw invalidInput(`mirrorLimit ${mirrorLimit}: expected 0 or more`, 'mirrorLimit');
  return { name, add, mirror, mirrorLimit, restore: input.restore ?? false, verify: input.verify ?? false };
}

/** The options as given: of a named reader they are checked at once, else when the folder has been looked at. */
function optionsOf(format: string | null, options: Record<string, unknown>): Record<string, unknown> {
  if (format !== null) parseConfig(readers.get(format), { overrides: options, field: 'options' });
  else if (!isPlainObject(options))
    throw invalidInput(`options: expected an object, received ${JSON.stringify(options)}`, 'options');
  return options;
}
