import type { Fold } from '../data/fold.ts';
import { diagnosisModels } from '../diagnosis/index.ts';
import { fusions } from '../fusion/index.ts';
import { configOf } from '../method.ts';
import type { Planner, Protocol, Settings } from './plan.ts';
import { InputError } from '../errors.ts';

/** A fusion as it enters a figure, ready to be learned from and read. */
export interface Arm {
  readonly protocol: Protocol;
  /** The fusion's name, and what sets this arm apart from others of it. */
  readonly method: string;
  /** Key of its step. */
  readonly fusion: string;
}

/** Each half of the training images teaches one θ, which is asked about the other half. */
const halves: readonly Fold[] = [0, 1].map((index) => ({ index, of: 2 }));

/** A fusion in the paper's protocol; one that reads no diagnosis is the same in both. */
export function paperArm(planner: Planner, seed: number, method: string, theta: string): Arm {
  const spec = fusions.get(method);
  const protocol = spec.seesLabel(spec.config.parse({})) ? 'paper' : 'both';
  if (!spec.needsDiagnosisModel) return { protocol, method, fusion: planner.fuse(seed, { method }) };
  const diagnosisModels = [trainTheta(planner, seed, theta)];
  return { protocol, method, fusion: planner.fuse(seed, { method, diagnosisModels }) };
}

/**
 * DF-GT with the leak closed, and its control: expertness learned from training images only, each asked of a θ that has
 * not seen it (cross-fitting), and the same with the training diagnoses permuted.
 */
export function controlledArms(
  planner: Planner,
  seed: number,
  parametrisation: 'expg' | 'raw',
  theta: string,
): readonly Arm[] {
  const diagnosisModels = halves.map((leaveOut) => trainTheta(planner, seed, theta, { leaveOut }));
  const asked = { method: 'df-gt-training-map', config: { parametrisation }, diagnosisModels };
  const protocol = 'leak-controlled';
  return [
    { protocol, method: `df-gt-training-map ${parametrisation}`, fusion: planner.fuse(seed, asked) },
    {
      protocol,
      method: `df-gt-training-map ${parametrisation}, labels permuted`,
      fusion: planner.fuse(seed, { ...asked, permutedDiagnoses: true }),
    },
  ];
}

/** The network θ, trained on majority votes. */
function trainTheta(planner: Planner, seed: number, theta: string, training: object = {}): string {
  checkTheta(theta, planner.settingsOf(theta));
  const vote = planner.fuse(seed, { method: 'majority-vote' });
  return planner.train(seed, { method: theta, fusion: vote, training: { ...training } });
}

/** @throws InputError where θ, by these settings over the defaults, gives its logit no gradient for the mask. */
function checkTheta(theta: string, settings: Settings): void {
  const model = diagnosisModels.get(theta);
  const config = configOf<unknown>(model, { config: settings, field: `settings.${theta}` });
  // No preset changes what becomes of the mask, so the defaults can stand for it.
  if (model.maskUse(config) === 'differentiable') return;
  throw new InputError(
    `theta '${theta}' with settings ${JSON.stringify(settings)} gives no gradient for the mask, which DF-GT follows`,
  );
}

/** For every arm and model: trained on the arm's training masks, asked about its test masks; set beside one arm. */
export function readByModels(planner: Planner, seed: number, { arms, models, against }: ReadOptions): void {
  for (const model of models) {
    const place = ({ protocol, method }: Arm) => ({ protocol, method, model });
    for (const arm of arms) {
      const judge = planner.train(seed, { method: model, fusion: arm.fusion });
      const evaluation = planner.evaluate(seed, { fusion: arm.fusion, judge });
      planner.cell(place(arm), 'auc', seed, evaluation);
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
