import * as tf from '@tensorflow/tfjs';
import { createRandom, type Random } from '../random.ts';
import type { Weights } from './weights.ts';

/**
 * Chance inside a network: a stream of its own at each call. The count of calls is one of the network's statistics and so
 * part of each checkpoint: a resumed run draws what the unbroken one would have.
 */
export function ownRandomness(weights: Weights, seed: number): () => Random {
  const calls = weights.addStatistic('calls', [], 0);
  return () => {
    const count = calls.dataSync()[0];
    tf.tidy(() => calls.assign(calls.add(1)));
    return createRandom(seed, 'own randomness', count);
  };
}
