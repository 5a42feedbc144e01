import * as tf from '@tensorflow/tfjs';
import { adamShader } from './adam-shader.ts';
import type { Optimiser } from './optimiser.ts';
import { attribute, rawMany } from './raw.ts';
import { choose } from './way.ts';

export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

interface Slot {
  readonly weight: tf.Variable;
  m: tf.Tensor;
  v: tf.Tensor;
}

/** Adam (Kingma and Ba 2015) over the named weights. Its state: `step` and, by weight, `<name>/m` and `<name>/v`. */
export function createAdam(options: AdamOptions, weights: ReadonlyMap<string, tf.Variable>): Optimiser {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  let learningRate = options.learningRate;
  let steps = 0;
  const slots = new Map([...weights].map(([name, weight]) => [name, emptySlot(weight)]));

  function step(gradients: tf.NamedTensorMap): void {
    const known = Object.entries(gradients).map(([name, gradient]) => ({ slot: slotOf(name), gradient }));
    steps += 1;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** steps)) / (1 - beta1 ** steps);
    const smoothing = epsilon * Math.sqrt(1 - beta2 ** steps);
    choose({ native: updateNative, shader: updateByShader, plain: updatePlain })(known, {
      rate,
      beta1,
      beta2,
      epsilon: smoothing,
    });
  }

  function slotOf(name: string): Slot {
    const slot = slots.get(name);
    if (!slot) throw new RangeError(`adam: no weight '${name}'`);
    return slot;
  }

  function state(): Map<string, Float32Array> {
    const all = new Map([['step', Float32Array.of(steps)]]);
    for (const [name, { m, v }] of slots) {
      all.set(`${name}/m`, m.dataSync<'float32'>().slice());
      all.set(`${name}/v`, v.dataSync<'float32'>().slice());
    }
    return all;
  }

  function restore(saved: ReadonlyMap<string, Float32Array>): void {
    const read = (key: string) => {
      const values = saved.get(key);
      if (!values) throw new RangeError(`adam: the saved state lacks '${key}'`);
      return values;
    };
    steps = read('step')[0]!;
    for (const [name, slot] of slots) {
      replace(slot, {
        m: tf.keep(tf.tensor(read(`${name}/m`).slice(), slot.m.shape)),
        v: tf.keep(tf.tensor(read(`${name}/v`).slice(), slot.v.shape)),
      });
    }
  }

  return {
    step,
    state,
    restore,
    setLearningRate: (rate) => {
      learningRate = rate;
    },
    dispose: () => slots.forEach(({ m, v }) => tf.dispose([m, v])),
  };
}

function emptySlot(weight: tf.Variable): Slot {
  return { weight, m: tf.keep(tf.zeros(weight.shape)), v: tf.keep(tf.zeros(weight.shape)) };
}

function replace(slot: Slot, { m, v }: { m: tf.Tensor; v: tf.Tensor }): void {
  tf.dispose([slot.m, slot.v]);
  slot.m = m;
  slot.v = v;
}

interface Rates {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

interface Update {
  readonly slot: Slot;
  readonly gradient: tf.Tensor;
}

/** One kernel for all weights; the moments, which nobody else holds, change in place. */
function updateNative(updates: readonly Update[], { rate, beta1, beta2, epsilon }: Rates): void {
  if (updates.length === 0) return;
  tf.tidy(() => {
    const inputs = [
      tf.tensor1d([rate, beta1, beta2, epsilon]),
      ...updates.map(({ slot }) => slot.weight),
      ...updates.map(({ gradient }) => gradient),
      ...updates.map(({ slot }) => slot.m),
      ...updates.map(({ slot }) => slot.v),
    ];
    const moved = rawMany('ConsiliumAdam', [attribute.int('n', updates.length)], inputs, updates.length);
    updates.forEach(({ slot }, i) => slot.weight.assign(moved[i]));
  });
}

function updateByShader(updates: readonly Update[], rates: Rates): void {
  for (const { slot, gradient } of updates)
    tf.tidy(() => slot.weight.assign(adamShader(slot.weight, gradient, slot, rates)));
}

function updatePlain(updates: readonly Update[], { rate, beta1, beta2, epsilon }: Rates): void {
  for (const { slot, gradient } of updates) {
    tf.tidy(() => {
      const m = tf.add(tf.mul(slot.m, beta1), tf.mul(gradient, 1 - beta1));
      const v = tf.add(tf.mul(slot.v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      slot.weight.assign(tf.sub(slot.weight, tf.div(tf.mul(m, rate), tf.add(tf.sqrt(v), epsilon))));
      replace(slot, { m: tf.keep(m), v: tf.keep(v) });
    });
  }
}
