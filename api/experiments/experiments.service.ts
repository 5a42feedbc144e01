import type { Experiment, Prisma, Snapshot } from '../../prisma/client/client.ts';
import type { Subject } from '../../ml/experiments/experiment.ts';
import { experiments } from '../../ml/experiments/index.ts';
import type { Plan } from '../../ml/experiments/plan.ts';
import type { Database } from '../db.ts';
import { invalidInput } from '../errors.ts';
import { parseConfig } from '../runs/method-config.ts';
import { requireMethod, requireSize, requireSnapshot } from '../runs/requirements.ts';
import { createRun, type RunsContext } from '../runs/runs.service.ts';
import { InputError } from '../../ml/errors.ts';

export interface RunExperimentInput {
  readonly snapshotId: string;
  readonly experiment: string;
  readonly preset?: string | null;
  readonly config?: unknown;
  readonly size?: number | null;
}

/** What an experiment's run stores as its config. */
export type ExperimentRequest = {
  readonly snapshotId: string;
  readonly experiment: string;
  /** Preset of the fusions and trainings in it. */
  readonly preset: string;
  readonly config: Prisma.InputJsonObject;
  /** Side of the square of pixels at which masks are fused; null: the preset's. */
  readonly size: number | null;
};

/** Starts an experiment, or finds the one that was asked for before. Its seeds are part of its configuration. */
export async function runExperiment(context: RunsContext, input: RunExperimentInput): Promise<Experiment> {
  const { prisma, actor } = context;
  const method = requireMethod(experiments, input.experiment, 'experiment');
  const preset = input.preset ?? 'demo';
  const config = parseConfig<unknown>(method, { preset, overrides: input.config, field: 'config' });
  const snapshot = await requireSnapshot(prisma, input.snapshotId);
  const size = input.size == null ? null : requireSize(input.size);
  const request: ExperimentRequest = {
    snapshotId: snapshot.id,
    experiment: method.name,
    preset,
    config: config as Prisma.InputJsonObject,
    size,
  };
  await planOf(prisma, request, snapshot);
  return prisma.$transaction(async (tx) => {
    const { run, created } = await createRun(tx, { kind: 'experiment', config: request, seed: 0, actor });
    if (!created) return tx.experiment.findUniqueOrThrow({ where: { runId: run.id } });
    return tx.experiment.create({
      data: { runId: run.id, snapshotId: snapshot.id, name: method.name },
    });
  });
}

/** The experiment's steps and cells on this snapshot. @throws INVALID_INPUT where it cannot be made on it. */
export async function planOf(
  db: Database,
  { experiment, config }: ExperimentRequest,
  snapshot: Snapshot,
): Promise<Plan> {
  const subject = await subjectOf(db, snapshot);
  try {
    return experiments.get(experiment).plan(subject, config);
  } catch (error) {
    if (error instanceof InputError) throw invalidInput(`config: ${error.message}`, 'config');
    throw error;
  }
}

async function subjectOf(db: Database, { cohortId }: Snapshot): Promise<Subject> {
  const names = { select: { name: true }, orderBy: { position: 'asc' } } as const;
  const { dataset } = await db.cohort.findUniqueOrThrow({
    where: { id: cohortId },
    select: { dataset: { select: { raters: names, structures: names } } },
  });
  return {
    raters: dataset.raters.map(({ name }) => name),
    structures: dataset.structures.map(({ name }) => name),
  };
}
