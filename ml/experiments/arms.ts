import type { Fold } from '../data/fold.ts';
import { InputError } from '../errors.ts';
import { fusions } from '../fusion/index.ts';
import type { FuseAsked, Protocol, Settings } from './plan.ts';
import type { Planner } from './planner.ts';

/** A fusion as it enters an experiment, ready to be learned from and read. */
export interface Arm {
  readonly protocol: Protocol;
  /** The fusion's name, and what sets this arm apart from others of it. */
  readonly method: string;
  /** Key of its step. */
  readonly fusion: string;
}

/** Each half of the training images teaches one θ, which is asked about the other half. */
const halves: readonly Fold[] = [0, 1].map((index) => ({ index, of: 2 }));

/** A fusion as it is, on θ where it asks one: of all training images, or crossed where the method can. */
export function paperArm(planner: Planner, seed: number, method: string, theta: string, toKeep = false): Arm {
  const { needsDiagnosisModel, crossFits, fuseImage } = fusions.get(method);
  const asked: FuseAsked = {
    method,
    ...(needsDiagnosisModel && thetas(planner, seed, theta, crossFits)),
    ...(toKeep && fuseImage && { ownSize: true }),
  };
  return { protocol: planner.protocolOf(asked), method, fusion: planner.fuse(seed, asked) };
}

/** θ that has learned from all training images; or, for cross-fitting, one for each half of them. */
function thetas(planner: Planner, seed: number, theta: string, crossFits = false) {
  const trainings = crossFits ? halves.map((leaveOut) => ({ leaveOut })) : [{}];
  return { diagnosisModels: trainings.map((training) => trainTheta(planner, seed, theta, training)) };
}

/**
 * DF-GT with the leak closed: expertness learned from training images only, each asked of a θ that has not seen it
 * (cross-fitting). Its control is the same with the training diagnoses permuted.
 */
export function controlledArm(
  planner: Planner,
  seed: number,
  { parametrisation, theta, permuted = false }: ControlledOptions,
): Arm {
  const asked = {
    method: 'df-gt-training-map',
    config: { parametrisation },
    ...thetas(planner, seed, theta, true),
    ...(permuted && { permutedDiagnoses: true }),
  };
  return {
    protocol: planner.protocolOf(asked),
    method: `df-gt-training-map ${parametrisation}${permuted ? ', labels permuted' : ''}`,
    fusion: planner.fuse(seed, asked),
  };
}

interface ControlledOptions {
  /** What describes the maps. */
  readonly parametrisation: string;
  readonly theta: string;
  readonly permuted?: boolean;
}

/** DF-GT with the leak closed, and its control. */
export const controlledArms = (
  planner: Planner,
  seed: number,
  options: ControlledOptions,
): readonly [Arm, Arm] => [
  controlledArm(planner, seed, options),
  controlledArm(planner, seed, { ...options, permuted: true }),
];

interface ArmOptions {
  readonly protocol: 'paper' | 'leak-controlled';
  readonly method: string;
  readonly theta: string;
  /** Its masks are wanted, not only numbers: each at its image's own size, where no network takes part. */
  readonly toKeep?: boolean;
}

/**
 * A fusion in the protocol that is asked for. With the leak closed, a fusion that reads the label of the image it fuses
 * is replaced by its counterpart, which does not; any other is as published.
 * @throws InputError where the fusion has no counterpart.
 */
export function armOf(planner: Planner, seed: number, { protocol, method, theta, toKeep }: ArmOptions): Arm {
  if (protocol === 'paper' || planner.protocolOf({ method }) !== 'paper')
    return paperArm(planner, seed, method, theta, toKeep);
  const { leakControlled } = fusions.get(method);
  if (leakControlled) return controlledArm(planner, seed, { ...leakControlled, theta });
  const able = fusions.list().filter((fusion) => fusion.leakControlled);
  throw new InputError(
    `fusion '${method}' reads the label of each image and has no leak-controlled counterpart: expected one of ${able.map(({ name }) => name).join(', ')}`,
  );
}

/** The network θ, trained on majority votes. @throws InputError where it gives no gradient for the mask. */
function trainTheta(planner: Planner, seed: number, theta: string, training: Settings): string {
  if (!planner.hasMaskGradient(theta)) {
    throw new InputError(
      `theta '${theta}', as it is set, gives no gradient for the mask, which DF-GT follows`,
    );
  }
  return planner.train(seed, { method: theta, fusion: votes(planner, seed), training });
}

/** The masks that diagnosis models learn from before there are better ones. */
export const votes = (planner: Planner, seed: number): string =>
  planner.fuse(seed, { method: 'majority-vote' });

/** For every arm and model: trained on the arm's training masks, asked about its test masks; set beside one arm. */
export function readByModels(planner: Planner, seed: number, { arms, models, against }: ReadOptions): void {
  for (const model of models) {
    const place = ({ protocol, method }: Arm) => ({ protocol, method, model });
    for (const arm of arms) {
      const judge = planner.train(seed, { method: model, fusion: arm.fusion });
      planner.cell(place(arm), 'auc', planner.evaluate(seed, { fusion: arm.fusion, judge }));
    }
    for (const [arm, reference] of against(arms)) planner.compare(place(arm), place(reference));
  }
}

interface ReadOptions {
  readonly arms: readonly Arm[];
  readonly models: readonly string[];
  /** Pairs of arms whose AUCs are tested against each other. */
  readonly against: (arms: readonly Arm[]) => readonly (readonly [Arm, Arm])[];
}
