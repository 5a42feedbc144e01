import { foldsOf } from '../data/fold.ts';
import { InputError } from '../errors.ts';
import { dfGtPresets } from '../fusion/df-gt.ts';
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
  /** Of a control: which permutation it is. */
  readonly permutation?: number;
}

/** Each half of the training images teaches one θ, which is asked about the other half. */
const halves = foldsOf(2);

/** A fusion as it is, on θ where it asks one: of all training images, or crossed where the method can. */
export function paperArm(planner: Planner, seed: number, method: string, theta: string, toKeep = false): Arm {
  return armWith(planner, seed, { method, theta, toKeep });
}

interface Named {
  readonly method: string;
  readonly theta: string;
  /** What differs from the preset, and what the table says of that. */
  readonly config?: Settings;
  readonly suffix?: string;
  readonly toKeep?: boolean;
}

function armWith(
  planner: Planner,
  seed: number,
  { method, theta, config, suffix = '', toKeep = false }: Named,
): Arm {
  const spec = fusions.get(method);
  const asks = spec.needsDiagnosisModel ? thetas(planner, seed, theta, spec.crossFits) : {};
  const ownSize = toKeep && spec.fuseImage ? { ownSize: true } : {};
  const asked: FuseAsked = { method, ...(config && { config }), ...asks, ...ownSize };
  return {
    protocol: planner.protocolOf(asked),
    method: `${method}${suffix}`,
    fusion: planner.fuse(seed, asked),
  };
}

/** The text of the paper: one rate for whatever describes the maps. */
const { learningRate, steps } = dfGtPresets.paper;
const paperRateSuffix = `, ${learningRate.toExponential()} × ${steps}`;

/**
 * Parametrisations of DF-GT at the rates of the preset, then at the paper's single rate, unless that is the preset's. At
 * one rate free logits hardly leave the vote where ExpG is far from it, so that the first compare maps, the second steps.
 */
export function parametrisationArms(
  planner: Planner,
  seed: number,
  { methods, atPaperRate, theta, preset }: ParametrisationOptions,
): readonly Arm[] {
  const own = methods.map((method) => paperArm(planner, seed, method, theta));
  const config = { learningRate, steps };
  const single = preset === 'paper' ? [] : methods.filter((method) => atPaperRate.includes(method));
  return [
    ...own,
    ...single.map((method) => armWith(planner, seed, { method, theta, config, suffix: paperRateSuffix })),
  ];
}

interface ParametrisationOptions {
  readonly methods: readonly string[];
  readonly atPaperRate: readonly string[];
  readonly theta: string;
  readonly preset: string;
}

/** How far masks have moved from the vote, and where the loss ended: what parametrisations are matched by. */
export function matchingCells(planner: Planner, { protocol, method, fusion }: Arm): void {
  for (const metric of ['movement', 'loss']) planner.cell({ protocol, method }, metric, fusion);
}

/** θ that has learned from all training images; or, for cross-fitting, one for each half of them. */
function thetas(planner: Planner, seed: number, theta: string, crossFits = false) {
  const trainings = crossFits ? halves.map((leaveOut) => ({ leaveOut })) : [{}];
  return { diagnosisModels: trainings.map((training) => trainTheta(planner, seed, theta, training)) };
}

/**
 * DF-GT with the leak closed: expertness learned from training images only, each asked of a θ that has not seen it
 * (cross-fitting). Its control is the same with the training diagnoses permuted, in one way or another.
 */
export function controlledArm(
  planner: Planner,
  seed: number,
  { parametrisation, theta, permutation }: ControlledOptions,
): Arm {
  const permuted = permutation !== undefined;
  const asked = {
    method: 'df-gt-training-map',
    config: { parametrisation, ...rateOf(parametrisation, planner.preset) },
    ...thetas(planner, seed, theta, true),
    ...(permuted && { permutedDiagnoses: true, permutation }),
  };
  return {
    protocol: planner.protocolOf(asked),
    method: `df-gt-training-map ${parametrisation}${permuted ? ', labels permuted' : ''}`,
    fusion: planner.fuse(seed, asked),
    permutation,
  };
}

/** The presets' rates are those of ExpG: others have that of their own fusion. */
function rateOf(parametrisation: string, preset: string): Settings {
  if (parametrisation === 'expg') return {};
  const { learningRate } = (fusions.get(`df-gt-${parametrisation}`).presets[preset] ?? {}) as Settings;
  return learningRate === undefined ? {} : { learningRate };
}

interface ControlledOptions {
  /** What describes the maps. */
  readonly parametrisation: string;
  readonly theta: string;
  /** Of the control: which permutation. */
  readonly permutation?: number;
}

/** DF-GT with the leak closed, and its control: an arm for each permutation, all of them one row of the table. */
export function controlledArms(
  planner: Planner,
  seed: number,
  { permutations, ...options }: Omit<ControlledOptions, 'permutation'> & { readonly permutations: number },
): readonly [Arm, ...Arm[]] {
  const controls = Array.from({ length: permutations }, (_, permutation) =>
    controlledArm(planner, seed, { ...options, permutation }),
  );
  return [controlledArm(planner, seed, options), ...controls];
}

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
  const lacking = planner.lacking(theta, ['maskGradient']);
  if (lacking) throw new InputError(`theta '${theta}', as it is set, ${lacking}, which DF-GT follows`);
  return planner.train(seed, { method: theta, fusion: votes(planner, seed), training });
}

/** The masks that diagnosis models learn from before there are better ones. */
export const votes = (planner: Planner, seed: number): string =>
  planner.fuse(seed, { method: 'majority-vote' });

/** What a diagnosis model makes of the masks, and how much of that it reads off them. */
export const readingMetrics = [{ name: 'auc' }, { name: 'mask_sensitivity' }];

/** For every arm and model: trained on the arm's training masks, asked about its test masks; set beside one arm. */
export function readByModels(planner: Planner, seed: number, { arms, models, against }: ReadOptions): void {
  for (const model of models) {
    const place = ({ protocol, method }: Arm) => ({ protocol, method, model });
    for (const arm of arms) {
      const judge = planner.train(seed, { method: model, fusion: arm.fusion });
      const evaluation = planner.evaluate(seed, { fusion: arm.fusion, judge, metrics: readingMetrics });
      for (const { name } of readingMetrics) planner.cell(place(arm), name, evaluation, arm.permutation);
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
