import * as tf from '@tensorflow/tfjs';
import { lossAndGradients } from '../layers/gradients.ts';
import type { Weights } from '../layers/weights.ts';
import { totalOf, type Losses } from '../losses/losses.ts';
import type { Optimiser } from '../ops/optimiser.ts';
import type { Batch } from './batch.ts';
import type { Group, Objective, Update } from './learner.ts';
import type { Moment } from './moment.ts';
import { DivergedError } from '../errors.ts';

export interface TrainStepOptions {
  readonly weights: Pick<Weights, 'trainable'>;
  readonly optimiser: Pick<Optimiser, 'step'>;
  /** Names the place in the run, for the message. */
  readonly place: string;
}

/**
 * The plainest step: forward, backward, update. Returns the loss.
 * @throws DivergedError where the loss is not a finite number; the weights are not updated then.
 */
export function trainStep(loss: () => tf.Scalar, { weights, optimiser, place }: TrainStepOptions): number {
  return tf.tidy(() => {
    const { value, gradients } = lossAndGradients(loss, weights);
    const number = value.dataSync()[0];
    checkLosses({ loss: number }, place);
    optimiser.step(gradients);
    return number;
  });
}

/** Losses as numbers, by name. */
export type Numbers = Readonly<Record<string, number>>;

export interface LearnStepOptions {
  /** By group. */
  readonly optimisers: ReadonlyMap<string, Optimiser>;
  readonly moment: Moment;
}

/**
 * The updates of a step, one after the other, each on all parts of the batch before it moves its weights. Returns the losses:
 * means over the images of the batch. Call inside tf.tidy, which owns the parts.
 * @throws DivergedError where a loss is not a finite number; that update's weights are not touched then.
 */
export function learnStep(
  updates: readonly Update[],
  parts: readonly Batch[],
  { optimisers, moment }: LearnStepOptions,
): Numbers {
  const all: Record<string, number> = {};
  for (const [index, { objective, groups }] of updates.entries()) {
    tf.tidy(() => {
      const measured = measure(objective, parts, weightsOfAll(groups), moment);
      if (!measured) return;
      const losses = index === 0 ? withoutLonely(measured.losses) : withoutTotal(measured.losses);
      checkLosses(losses, `epoch ${moment.epoch}, step ${moment.step}`);
      for (const { name, weights } of groups) {
        optimisers.get(name)!.step(gradientsOf(name, weights, measured.gradients));
      }
      for (const [name, value] of Object.entries(losses)) {
        if (name in all) throw new RangeError(`two losses of a step are named '${name}'`);
        all[name] = value;
      }
    });
  }
  return all;
}

/** The losses of a frozen network on one batch; none where the objective leaves it out. */
export function measureLosses(objective: Objective, batch: Batch, moment: Moment): Numbers {
  return tf.tidy(() => {
    const loss = objective(batch, moment);
    return loss ? withoutLonely(readLosses(loss()).losses) : {};
  });
}

const TOTAL = 'loss';

/** A single term is the loss itself. */
function withoutLonely({ [TOTAL]: total, ...terms }: Numbers): Numbers {
  return { [TOTAL]: total, ...(Object.keys(terms).length > 1 ? terms : {}) };
}

const withoutTotal = ({ [TOTAL]: _, ...terms }: Numbers): Numbers => terms;

interface Measured {
  readonly losses: Numbers;
  readonly gradients: tf.NamedTensorMap;
}

/** Losses and gradients over a batch: the parts' means, each part by its share of the images. */
function measure(
  objective: Objective,
  parts: readonly Batch[],
  trainable: ReadonlyMap<string, tf.Variable>,
  moment: Moment,
): Measured | null {
  const images = parts.reduce((sum, { ids }) => sum + ids.length, 0);
  const losses: Record<string, number> = {};
  const gradients: tf.NamedTensorMap = {};
  for (const part of parts) {
    const share = part.ids.length / images;
    const found = tf.tidy((): tf.NamedTensorMap => {
      const loss = objective(part, moment);
      if (!loss) return {};
      let numbers: Numbers = {};
      const total = (): tf.Scalar => {
        const read = readLosses(loss());
        numbers = read.losses;
        return read.total;
      };
      const own = lossAndGradients(total, { trainable }).gradients;
      for (const [name, value] of Object.entries(numbers)) losses[name] = (losses[name] ?? 0) + value * share;
      return share === 1 ? own : scaled(own, share);
    });
    addUp(gradients, found);
  }
  return Object.keys(losses).length === 0 ? null : { losses, gradients };
}

function readLosses(losses: Losses): { losses: Numbers; total: tf.Scalar } {
  const total = totalOf(losses);
  const numbers = Object.entries({ ...losses, [TOTAL]: total }).map(([name, term]) => [
    name,
    term.dataSync()[0],
  ]);
  return { losses: Object.fromEntries(numbers) as Numbers, total };
}

const scaled = (gradients: tf.NamedTensorMap, share: number): tf.NamedTensorMap =>
  Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, gradient.mul(share)]));

function addUp(sums: tf.NamedTensorMap, gradients: tf.NamedTensorMap): void {
  for (const [name, gradient] of Object.entries(gradients)) {
    const before = sums[name] as tf.Tensor | undefined;
    sums[name] = before ? before.add(gradient) : gradient;
    if (before) tf.dispose([before, gradient]);
  }
}

// Weights of two groups may have one name: those of the network and of a helper.
const keyOf = (group: string, weight: string): string => `${group}:${weight}`;

function weightsOfAll(groups: readonly Group[]): Map<string, tf.Variable> {
  return new Map(
    groups.flatMap(({ name, weights }) =>
      [...weights].map(([weight, variable]) => [keyOf(name, weight), variable] as const),
    ),
  );
}

function gradientsOf(
  group: string,
  weights: ReadonlyMap<string, tf.Variable>,
  gradients: tf.NamedTensorMap,
): tf.NamedTensorMap {
  const own = [...weights.keys()].flatMap((name) => {
    const gradient = gradients[keyOf(group, name)] as tf.Tensor | undefined;
    return gradient ? [[name, gradient] as const] : [];
  });
  return Object.fromEntries(own);
}

function checkLosses(losses: Numbers, place: string): void {
  for (const [name, value] of Object.entries(losses)) {
    if (Number.isFinite(value)) continue;
    const which = name === TOTAL ? 'the loss' : `the loss '${name}'`;
    throw new DivergedError(`${which} is ${value} in ${place}: try a lower learning rate or a clip value`);
  }
}
