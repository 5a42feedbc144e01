import { setTimeout as wait } from 'node:timers/promises';
import { needs, type Plan, type Step } from '../../ml/experiments/plan.ts';
import type { Experiment, Prisma, Run } from '../../prisma/client/client.ts';
import type { RequestOf } from '../requests/requests.ts';
import { evaluate } from '../evaluations/evaluations.service.ts';
import { fuseLabels } from '../fusions/fusions.service.ts';
import { assertOwner } from '../runs/run-state.ts';
import { cancelRun } from '../runs/runs.service.ts';
import { workingSize } from '../runs/working-size.ts';
import { trainModel } from '../training/training.service.ts';
import type { JobInput } from './job.ts';

/** What a step of an experiment has made: the fusion, model or evaluation, and the run that made it. */
export interface Made {
  readonly position: number;
  readonly id: string;
  readonly runId: string;
}

interface Work {
  readonly experiment: Experiment;
  readonly request: RequestOf<'experiment'>;
  readonly plan: Plan;
}

const pollMs = 250;

/**
 * Has every step of an experiment done by a run of its own, as if each had been asked for over the API, those that
 * need nothing of each other at once. What was asked for before, by whomever, is not done again: a resumed experiment
 * takes up where it was.
 */
export async function performSteps(input: JobInput, work: Work): Promise<ReadonlyMap<string, Made>> {
  const made = new Map<string, Made>();
  const report = (label: string): void => input.progress.report(made.size / work.plan.steps.length, label);
  try {
    for (const level of levels(work.plan)) {
      const begun = new Map<string, Made>();
      for (const step of level) {
        input.signal.throwIfAborted();
        begun.set(step.key, await begin(input, work, step, made));
      }
      const waiting = new Map(level.map((step) => [step.key, step]));
      while (waiting.size) {
        for (const step of await succeeded(input, waiting, begun)) {
          waiting.delete(step.key);
          made.set(step.key, begun.get(step.key)!);
        }
        const [next] = waiting.values();
        if (next) report(`${made.size} of ${work.plan.steps.length} steps done: ${next.label}`);
        if (waiting.size) await wait(pollMs, undefined, { signal: input.signal });
      }
    }
  } catch (error) {
    if (input.signal.aborted) await cancelSteps(input, work.experiment);
    throw error;
  }
  return made;
}

/** Steps in layers: each needs only those of layers before it. */
export function levels({ steps }: Plan): Step[][] {
  const depths = new Map<string, number>();
  const layers: Step[][] = [];
  for (const step of steps) {
    const depth = Math.max(-1, ...needs(step).map((key) => depths.get(key) ?? -1)) + 1;
    depths.set(step.key, depth);
    (layers[depth] ??= []).push(step);
  }
  return layers;
}

async function begin(
  input: JobInput,
  work: Work,
  step: Step,
  made: ReadonlyMap<string, Made>,
): Promise<Made> {
  const position = work.plan.steps.indexOf(step);
  const { id, runId } = (await begunBefore(input, work, position)) ?? (await ask(input, work, step, made));
  await input.prisma.$transaction(async (tx) => {
    await assertOwner(tx, input.owner);
    const experimentId = work.experiment.id;
    await tx.experimentStep.upsert({
      where: { experimentId_position: { experimentId, position } },
      create: { experimentId, position, label: step.label, runId },
      update: { runId }, // the earlier one failed or was cancelled
    });
  });
  return { position, id, runId };
}

/**
 * What an earlier attempt of an experiment that is done once more has begun: such steps are done once more too, but
 * only once. An experiment that is done for the first time takes whatever run there is.
 */
async function begunBefore(
  { prisma, run }: JobInput,
  { experiment }: Work,
  position: number,
): Promise<{ id: string; runId: string } | null> {
  if (run.repetition === 0) return null;
  const begun = await prisma.experimentStep.findUnique({
    where: { experimentId_position: { experimentId: experiment.id, position } },
    include: { run: { include: { fusion: true, model: true, evaluation: true } } },
  });
  if (!begun || begun.run.status === 'failed' || begun.run.status === 'cancelled') return null;
  const { fusion, model, evaluation } = begun.run;
  const id = (fusion ?? model ?? evaluation)?.id;
  return id ? { id, runId: begun.runId } : null;
}

function ask(
  { prisma, run }: JobInput,
  { experiment, request: { snapshotId, preset, size } }: Work,
  step: Step,
  made: ReadonlyMap<string, Made>,
): Promise<{ id: string; runId: string }> {
  const context = { prisma, actor: `experiment ${experiment.id}` };
  const idOf = (key: string): string => {
    const found = made.get(key);
    if (!found) throw new Error(`step '${step.label}' needs one that is not done`);
    return found.id;
  };
  const maybe = (key: string | undefined) => (key === undefined ? null : idOf(key));
  const asked = { seed: step.seed, again: run.repetition > 0 };
  if (step.kind === 'evaluate') {
    const { fusion, model, judge, split, fold, permutations, metrics } = step;
    const ids = { fusionId: maybe(fusion), modelId: maybe(model), judgeModelId: maybe(judge) };
    return evaluate(context, { ...ids, split, fold, permutations, metrics, ...asked });
  }
  const { method, config } = step;
  if (step.kind === 'train') {
    const { fusion, training, diagnosisModel } = step;
    const ids = { fusionId: idOf(fusion), diagnosisModelId: maybe(diagnosisModel) };
    return trainModel(context, { ...ids, method, preset, config, training, ...asked });
  }
  const { diagnosisModels, permutedDiagnoses, permutation, ownSize } = step;
  return fuseLabels(context, {
    snapshotId,
    method,
    preset,
    config,
    diagnosisModelIds: diagnosisModels?.map(idOf),
    permutedDiagnoses,
    permutation,
    size: size ?? (ownSize ? null : workingSize(preset)),
    ...asked,
  });
}

/** Those that are done now. @throws Error naming a step whose run has failed or was cancelled. */
async function succeeded(
  { prisma }: JobInput,
  waiting: ReadonlyMap<string, Step>,
  begun: ReadonlyMap<string, Made>,
): Promise<Step[]> {
  const runIdOf = ({ key }: Step): string => begun.get(key)!.runId;
  const steps = [...waiting.values()];
  const runs = await prisma.run.findMany({ where: { id: { in: steps.map(runIdOf) } } });
  const byId = new Map(runs.map((run) => [run.id, run]));
  return steps.filter((step) => isDone(step, byId.get(runIdOf(step))));
}

function isDone({ label }: Step, run: Run | undefined): boolean {
  if (!run) throw new Error(`step '${label}': its run was deleted`);
  if (run.status === 'failed') throw new Error(`step '${label}' (run ${run.id}) failed: ${run.errorMessage}`);
  if (run.status === 'cancelled') throw new Error(`step '${label}' (run ${run.id}) was cancelled`);
  return run.status === 'succeeded';
}

/** A cancelled experiment stops its own work, unless another live experiment waits for the same. */
async function cancelSteps({ prisma, workerStops }: JobInput, { id, runId }: Experiment): Promise<void> {
  if (workerStops.aborted) return; // the next worker goes on with it
  const live: Prisma.RunWhereInput = { status: { in: ['queued', 'running'] } };
  const mine = await prisma.run.findMany({
    where: {
      ...live,
      experimentSteps: {
        some: { experimentId: id },
        none: { experiment: { run: { ...live, id: { not: runId } } } },
      },
    },
  });
  for (const run of mine) await cancelRun({ prisma, actor: `experiment ${id}` }, run.id);
}
