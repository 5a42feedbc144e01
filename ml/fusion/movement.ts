import type { RaterMasks } from './rater-masks.ts';

/**
 * How far a fused mask is from the majority vote: the mean over the pixels at which raters disagree of the distance,
 * the largest over structures. 0: the vote itself; where nobody disagrees every fusion is the vote. Parametrisations of
 * DF-GT compare where they have moved equally far: at one learning rate some hardly leave the vote.
 *
 * @param fused [p, C]
 */
export function movementFromVote(fused: Float32Array, { disputed, mean, structures }: RaterMasks): number {
  if (disputed.length === 0) return 0;
  let sum = 0;
  for (const pixel of disputed) {
    let largest = 0;
    for (let k = pixel * structures; k < (pixel + 1) * structures; k++) {
      largest = Math.max(largest, Math.abs(fused[k] - mean[k]));
    }
    sum += largest;
  }
  return sum / disputed.length;
}
