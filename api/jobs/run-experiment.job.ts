import { experiments } from '../../ml/experiments/index.ts';
import type { PaperClaim } from '../../ml/experiments/experiment.ts';
import type { Comparison } from '../../ml/experiments/plan.ts';
import type { Prisma } from '../../prisma/client/client.ts';
import { planOf } from '../experiments/experiments.service.ts';
import { experimentRows, type RowDraft } from './experiment-rows.ts';
import { performSteps } from './experiment-steps.ts';
import type { Job } from './job.ts';

/** Has an experiment's steps done, reads their numbers and stores its table with its end. */
export const runExperimentJob: Job<'experiment'> = {
  async perform(input) {
    const { prisma, run, request } = input;
    const experiment = await prisma.experiment.findUniqueOrThrow({
      where: { runId: run.id },
      include: {
        snapshot: { include: { cohort: { include: { dataset: { include: { structures: true } } } } } },
      },
    });
    const structures = experiment.snapshot.cohort.dataset.structures.map(({ name }) => name);
    const plan = await planOf(prisma, request, experiment.snapshot);
    const made = await performSteps(input, { experiment, request, plan });
    const { claims } = experiments.get(request.experiment);
    const rows = await experimentRows(prisma, plan, made, (comparison) =>
      printedDifference(claims, structures, comparison),
    );
    return {
      result: { steps: plan.steps.length, rows: rows.length },
      write: (tx) => storeRows(tx, experiment.id, rows),
    };
  },
};

/** The paper's number for a difference. The paper reports it for one task, identified by the outlined structure. */
function printedDifference(
  claims: readonly PaperClaim[],
  structures: readonly string[],
  { cell, against }: Comparison,
): number | null {
  const claim = claims.find(
    ({ difference: printed }) =>
      printed !== undefined &&
      structures.includes(printed.structure) &&
      cell.protocol === 'paper' &&
      printed.method === cell.method &&
      printed.against === against.method &&
      printed.model === cell.model,
  );
  return claim?.difference?.value ?? null;
}

async function storeRows(
  tx: Prisma.TransactionClient,
  experimentId: string,
  drafts: readonly RowDraft[],
): Promise<void> {
  const rows = await tx.experimentRow.createManyAndReturn({
    data: drafts.map(({ row }, position) => ({ ...row, experimentId, position })),
    select: { id: true, position: true },
  });
  await tx.experimentRowStep.createMany({
    data: rows.flatMap(({ id: rowId, position }) =>
      (drafts[position]?.steps ?? []).map((step) => ({ rowId, experimentId, position: step })),
    ),
  });
}
