import { resolve } from 'node:path';
import type { Run } from '../../prisma/client/client.ts';
import { invalidInput } from '../errors.ts';
import { createRun, type RunsContext } from '../runs/runs.service.ts';

export interface ImportDatasetInput {
  /** A folder with a manifest, or a manifest file, on the server's machine. */
  readonly path: string;
  readonly skipBad?: boolean | null;
}

/** Starts an import; while one of the same folder is queued or running, that one answers. */
export async function requestImport({ prisma, actor }: RunsContext, input: ImportDatasetInput): Promise<Run> {
  if (!input.path.trim())
    throw invalidInput(`path '${input.path}': expected a folder or a manifest file`, 'path');
  const path = resolve(input.path);
  const skipBad = input.skipBad ?? false;
  return prisma.$transaction(async (tx) => {
    const last = await tx.run.findFirst({
      where: {
        kind: 'import',
        status: 'succeeded',
        AND: [
          { config: { path: ['path'], equals: path } },
          { config: { path: ['skipBad'], equals: skipBad } },
        ],
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      select: { id: true },
    });
    const request = { path, skipBad, after: last?.id ?? null };
    return (await createRun(tx, { kind: 'import', request, seed: 0, actor })).run;
  });
}
