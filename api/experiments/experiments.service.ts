import type { Experiment, Prisma, Run, Snapshot } from '../../prisma/client/client.ts';
import type { Subject } from '../../ml/experiments/experiment.ts';
import { experiments } from '../../ml/experiments/index.ts';
import type { Plan } from '../../ml/experiments/plan.ts';
import type { Database } from '../db.ts';
import { versionOf } from '../../ml/method.ts';
import { invalidInput } from '../errors.ts';
import { requireUnpurged } from '../purges/require-unpurged.ts';
import { readRequest } from '../requests/read-request.ts';
import type { RequestOf } from '../requests/requests.ts';
import { parseConfig } from '../runs/method-config.ts';
import { requireSplits } from '../runs/require-splits.ts';
import { requireMethod, requirePictures, requireSize, requireSnapshot } from '../runs/requirements.ts';
import { createRun, type Asked, type RunsContext } from '../runs/runs.service.ts';
import { InputError } from '../../ml/errors.ts';
import { requirePlan } from './require-plan.ts';

export interface RunExperimentInput {
  readonly snapshotId: string;
  readonly experiment: string;
  readonly preset?: string | null;
  readonly config?: unknown;
  readonly size?: number | null;
  readonly again?: boolean | null;
}

type ExperimentRequest = RequestOf<'experiment'>;

/** Starts an experiment, or finds the one that was asked for before. Its seeds are part of its configuration. */
export async function runExperiment(context: RunsContext, input: RunExperimentInput): Promise<Experiment> {
  const { prisma, actor } = context;
  const method = requireMethod(experiments, input.experiment, 'experiment');
  const preset = input.preset ?? 'demo';
  const config = parseConfig<unknown>(method, { preset, overrides: input.config, field: 'config' });
  const snapshot = await requireSnapshot(prisma, input.snapshotId);
  await requirePictures(prisma, snapshot.id, { what: `'${method.name}'`, field: 'snapshotId' });
  const size = input.size == null ? null : requireSize(input.size);
  const request: ExperimentRequest = {
    snapshotId: snapshot.id,
    experiment: method.name,
    version: versionOf(method),
    preset,
    config,
    size,
  };
  const plan = await planOf(prisma, request, snapshot);
  if (plan.steps.some(({ kind }) => kind !== 'fuse'))
    await requireSplits(prisma, snapshot.id, `experiment '${method.name}'`);
  await requirePlan(prisma, snapshot.id, plan);
  return prisma.$transaction((tx) => createExperiment(tx, request, { seed: 0, actor, again: input.again }));
}

/** Repeats the work of a run and of its steps in new runs. */
export function repeatExperiment(
  tx: Prisma.TransactionClient,
  original: Run,
  actor: string,
): Promise<Experiment> {
  return createExperiment(tx, readRequest('experiment', original), { seed: 0, actor, again: true });
}

async function createExperiment(
  tx: Prisma.TransactionClient,
  request: ExperimentRequest,
  asked: Asked,
): Promise<Experiment> {
  const { run, created } = await createRun(tx, { kind: 'experiment', request, ...asked });
  if (!created) return tx.experiment.findUniqueOrThrow({ where: { runId: run.id } });
  const { snapshotId, experiment: name, version: methodVersion } = request;
  await requireUnpurged(tx, snapshotId);
  return tx.experiment.create({ data: { runId: run.id, snapshotId, name, methodVersion } });
}

/** The experiment's steps and cells on this snapshot. @throws INVALID_INPUT if it cannot run on this snapshot. */
export async function planOf(
  db: Database,
  { experiment, config, preset }: ExperimentRequest,
  snapshot: Snapshot,
): Promise<Plan> {
  const subject = await subjectOf(db, snapshot);
  try {
    return experiments.get(experiment).plan(subject, config, preset);
  } catch (error) {
    // Without splits nothing can be learned, whatever else the plan wants.
    if (error instanceof InputError) await requireSplits(db, snapshot.id, `experiment '${experiment}'`);
    if (error instanceof InputError) throw invalidInput(`config: ${error.message}`, 'config');
    throw error;
  }
}

async function subjectOf(db: Database, { id: snapshotId, cohortId }: Snapshot): Promise<Subject> {
  const names = { select: { name: true }, orderBy: { position: 'asc' } } as const;
  const { dataset } = await db.cohort.findUniqueOrThrow({
    where: { id: cohortId },
    select: { dataset: { select: { raters: names, structures: names } } },
  });
  return {
    raters: dataset.raters.map(({ name }) => name),
    structures: dataset.structures.map(({ name }) => name),
    diagnosed: await isDiagnosed(db, snapshotId),
  };
}

/** A diagnosis can be learned where there are training images of both values. */
async function isDiagnosed(db: Database, snapshotId: string): Promise<boolean> {
  const counts = await Promise.all(
    [0, 1].map((value) => db.snapshotImage.count({ where: { snapshotId, split: 'train', label: value } })),
  );
  return counts.every((count) => count > 0);
}
