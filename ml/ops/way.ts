import * as tf from '@tensorflow/tfjs';
import { currentBackend } from '../backend.ts';

/**
 * How an op may be computed: `native` by a kernel of our own (ml/native; for the CPU, so not on a GPU), `raw` by a
 * TensorFlow kernel that TensorFlow.js does not offer, `shader` by a shader of our own (WebGPU), `plain` by TensorFlow.js
 * alone, which every backend has.
 */
export type Way = 'native' | 'raw' | 'shader' | 'plain';
export const WAYS: readonly Way[] = ['native', 'raw', 'shader', 'plain'];

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
export function choose<F>(ways: { native?: F; raw?: F; shader?: F; plain: F }): F {
  for (const way of WAYS.slice(WAYS.indexOf(best))) {
    const found = ways[way];
    if (found !== undefined && isAvailable(way)) return found;
  }
  return ways.plain;
}

function isAvailable(way: Way): boolean {
  if (way === 'plain') return true;
  if (way === 'shader') return tf.getBackend() === 'webgpu';
  if (tf.getBackend() !== 'tensorflow') return false;
  const { kernels, device } = currentBackend();
  return way === 'raw' || (kernels && device !== 'GPU');
}
