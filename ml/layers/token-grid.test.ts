import { tokenGrid } from './token-grid.ts';

test.each([
  [16, 16, 256, { factor: 1, rows: 16, columns: 16 }],
  [64, 64, 256, { factor: 4, rows: 16, columns: 16 }],
  [34, 34, 256, { factor: 17, rows: 2, columns: 2 }], // 17 × 17 tokens are too many, and nothing between divides
  [8, 16, 100, { factor: 2, rows: 4, columns: 8 }],
])('a %i × %i map gives %i tokens or fewer', (height, width, most, expected) => {
  expect(tokenGrid(height, width, most)).toEqual(expected);
});

test('refuses what no square divides', () => {
  expect(() => tokenGrid(8, 13, 64)).toThrow(/no squares cut a 8 × 13 map into 64 tokens or fewer/);
});
