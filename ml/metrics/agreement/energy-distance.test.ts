import { diversity, energyDistance } from './energy-distance.ts';

test('two sets of masks: worked by hand', () => {
  // d([1,1], [1,0]) = 1/2. Raters {11, 10}: diversity (0 + 1/2 + 1/2 + 0) / 4 = 1/4; to {10}: (1/2 + 0) / 2 = 1/4.
  const raters = [[1, 1], [1, 0]]; // prettier-ignore
  expect(diversity(raters)).toBe(1 / 4);
  expect(energyDistance(raters, [[1, 0]])).toBe(2 / 4 - 1 / 4);
  expect(energyDistance(raters, raters)).toBe(0);
});

test('empty masks are alike, sets without masks have no distance, other sizes are refused', () => {
  expect(energyDistance([[0, 0]], [[0, 0]])).toBe(0);
  expect([energyDistance([], [[1]]), diversity([])]).toEqual([null, null]);
  expect(() => energyDistance([[1]], [[1, 0]])).toThrow('1 and 2 pixels');
});
