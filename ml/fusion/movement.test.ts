import { movementFromVote } from './movement.ts';
import type { RaterMasks } from './rater-masks.ts';

// Three pixels, two structures; the last pixel is not disputed.
const masks: RaterMasks = {
  pixels: 3,
  raters: 2,
  structures: 2,
  present: Uint8Array.of(1, 1),
  disputed: Int32Array.of(0, 1),
  mean: Float32Array.of(0.5, 1, 0.5, 0.5, 0, 1),
};

test('is the mean over disputed pixels of the largest distance over structures', () => {
  const fused = Float32Array.of(0.75, 1, 0.5, 0, 0, 1);
  expect(movementFromVote(fused, masks)).toBeCloseTo((0.25 + 0.5) / 2, 6);
});

test('is 0 of the vote itself, and where nobody disagrees', () => {
  expect(movementFromVote(masks.mean, masks)).toBe(0);
  expect(movementFromVote(Float32Array.of(1), { ...masks, disputed: new Int32Array() })).toBe(0);
});
