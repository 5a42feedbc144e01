import { createRandom } from '../../random.ts';
import { bits } from './bits.test-helper.ts';
import { diversity, energyDistance, energyDistancesToOthers } from './mask-distances.ts';

test('two sets of masks: worked by hand', () => {
  // d([1,1], [1,0]) = 1/2. Raters {11, 10}: diversity (0 + 1/2 + 1/2 + 0) / 4 = 1/4; to {10}: (1/2 + 0) / 2 = 1/4.
  const raters = [bits([1, 1]), bits([1, 0])];
  expect(diversity(raters)).toBe(1 / 4);
  expect(energyDistance(raters, [bits([1, 0])])).toBe(2 / 4 - 1 / 4);
  expect(energyDistance(raters, raters)).toBe(0);
});

test('empty masks are alike, sets without masks have no distance, other sizes are refused', () => {
  expect(energyDistance([bits([0, 0])], [bits([0, 0])])).toBe(0);
  expect([energyDistance([], [bits([1])]), diversity([])]).toEqual([null, null]);
  expect(() => energyDistance([bits([1])], [bits([1, 0])])).toThrow('1×1 and 2×1 pixels');
});

test('of one mask to the others: the same from distances as from masks', () => {
  const random = createRandom('masks');
  const masks = Array.from({ length: 4 }, () =>
    bits(Array.from({ length: 30 }, () => (random() < 0.5 ? 1 : 0))),
  );
  // Of two single masks the energy distance is twice their distance.
  const distances = masks.map((a) => masks.map((b) => energyDistance([a], [b])! / 2));
  const others = (k: number) => masks.filter((_, i) => i !== k);
  energyDistancesToOthers(distances).forEach((distance, k) =>
    expect(distance).toBeCloseTo(energyDistance([masks[k]], others(k))!, 12),
  );
  expect(energyDistancesToOthers([[0]])).toEqual([]);
});
