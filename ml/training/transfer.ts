import * as tf from '@tensorflow/tfjs';
import type { Weights } from '../layers/weights.ts';
import { variablesOf } from './network-tensors.ts';
import { fromSafetensors } from './safetensors.ts';
import { InputError } from '../errors.ts';

/**
 * Begins with what another network has learned: each weight and statistic of `weights` that the file has too, by the same
 * name and shape, takes the file's values; the others stay as they were drawn, a head for other structures for one.
 * Returns the names of what was taken.
 * @param bytes a file of `saveWeights`
 * @throws InputError where the file has nothing for this network.
 */
export function transferWeights(weights: Weights, bytes: Uint8Array): string[] {
  const { tensors } = fromSafetensors(bytes);
  const named = [...variablesOf(weights)];
  const taken = named.filter(([name, { shape }]) => tensors.get(name)?.shape.join() === shape.join());
  if (taken.length === 0) {
    const [example = 'none'] = tensors.keys();
    throw new InputError(
      `the initial weights fit none of the network's ${named.length}: theirs are named like '${example}'`,
    );
  }
  for (const [name, variable] of taken) {
    tf.tidy(() => variable.assign(tf.tensor(tensors.get(name)!.values.slice(), variable.shape)));
  }
  return taken.map(([name]) => name);
}
