import * as tf from '@tensorflow/tfjs';
import { currentBackend } from '../backend.ts';

/**
 * How an op may be computed: `native` by a kernel of our own (ml/native; for the CPU, so not on a GPU), `raw` by a
 * TensorFlow kernel that TensorFlow.js does not offer, `plain` by TensorFlow.js alone, which every backend has.
 */
export type Way = 'native' | 'raw' | 'plain';
export const WAYS: readonly Way[] = ['native', 'raw', 'plain'];

let best: Way = 'native';

/** Runs `work` with no way faster than `way`: tests and benchmarks compare the ways with it. */
export function withWay<T>(way: Way, work: () => T): T {
  const before = best;
  best = way;
  try {
    return work();
  } finally {
    best = before;
  }
}

/** The ways that the current backend has, fastest first. */
export function availableWays(): readonly Way[] {
  return WAYS.filter((way) => isAvailable(way));
}

/** The fastest way that is there, on this backend and for this op. */
export function choose<F>(ways: { native?: F; raw?: F; plain: F }): F {
  for (const way of WAYS.slice(WAYS.indexOf(best))) {
    const found = ways[way];
    if (found !== undefined && isAvailable(way)) return found;
  }
  return ways.plain;
}

function isAvailable(way: Way): boolean {
  if (way === 'plain') return true;
  if (tf.getBackend() !== 'tensorflow') return false;
  const { kernels, device } = currentBackend();
  return way === 'raw' || (kernels && device !== 'GPU');
}
