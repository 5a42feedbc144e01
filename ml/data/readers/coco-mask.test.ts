import { decodeCounts, paint, polygonBorders, runBorders, type Size } from './coco-mask.ts';

// Masks of pycocotools 2.0.11, printed by bench/reference/coco.py.
const shapes: [string, number[], string[]][] = [
  [
    'a square on pixel edges',
    [2, 1, 6, 1, 6, 4, 2, 4],
    ['........', '..####..', '..####..', '..####..', '........', '........'],
  ],
  [
    'a square on pixel middles',
    [1.5, 1.5, 5.5, 1.5, 5.5, 4.5, 1.5, 4.5],
    ['........', '........', '..####..', '..####..', '..####..', '........'],
  ],
  [
    'a triangle',
    [0.3, 6.2, 4.1, 0.4, 7.6, 5.7],
    ['........', '...##...', '...###..', '..####..', '.######.', '.######.', '........'],
  ],
  [
    'a bow tie',
    [1, 1, 7, 5, 7, 1, 1, 5],
    ['........', '.#....#.', '.##..##.', '.##..##.', '.#....#.', '........'],
  ],
  [
    'a concave outline',
    [0.5, 0.5, 7.5, 0.5, 7.5, 6.5, 4, 2.2, 0.5, 6.5],
    ['........', '.#######', '.#######', '.##..###', '.#....##', '.......#', '........'],
  ],
  [
    'an outline beyond the edges',
    [-0.8, -0.6, 6.7, 1.2, 5.1, 5.9, -0.4, 4.4],
    ['####..', '######', '######', '######', '######'],
  ],
  ['a sliver', [0.2, 1.4, 5.8, 1.6, 5.8, 1.7, 0.2, 1.5], ['......', '###...', '......', '......']],
];

function maskOf(borders: readonly number[], size: Size): Uint8Array {
  const mask = new Uint8Array(size.width * size.height);
  paint(mask, size, borders);
  return mask;
}

test.each(shapes)('%s covers the pixels that it covers in pycocotools', (_, polygon, rows) => {
  const size = { width: rows[0].length, height: rows.length };
  const mask = maskOf(polygonBorders(polygon, size), size);
  const drawn = rows.map((_, y) =>
    [...mask.subarray(y * size.width, (y + 1) * size.width)].map((value) => '.#'[value]).join(''),
  );
  expect(drawn).toEqual(rows);
});

test('300 polygons at random, some of them beyond the edges, equal those of pycocotools in every pixel', () => {
  let state = 1;
  const below = (limit: number): number => (state = (state * 16807) % 2147483647) % limit;
  let [area, checksum] = [0, 0];
  for (let round = 0; round < 300; round++) {
    const [height, width, corners] = [1 + below(40), 1 + below(40), 3 + below(6)];
    const polygon = Array.from({ length: corners }, () =>
      [width, height].map((side) => (below(10 * side + 20) - 10) / 10),
    ).flat();
    const mask = maskOf(polygonBorders(polygon, { width, height }), { width, height });
    for (const [at, value] of mask.entries()) {
      if (value === 0) continue;
      area++;
      checksum = (checksum * 31 + at) % 1000003;
    }
  }
  expect([area, checksum]).toEqual([18777, 272769]);
});

describe('compressed run lengths', () => {
  test('of short runs decode as pycocotools wrote them', () => {
    const counts = decodeCounts('02320NNO001050K0O001220NNO00105')!;
    expect(counts).toEqual([
      0, 2, 3, 4, 3, 2, 1, 1, 1, 1, 2, 1, 7, 1, 2, 1, 1, 1, 1, 2, 3, 4, 3, 2, 1, 1, 1, 1, 2, 1, 7,
    ]);
    const mask = maskOf(runBorders(counts), { width: 9, height: 7 });
    const noise = Array.from({ length: 63 }, (_, at) => {
      const [x, y] = [at % 9, Math.floor(at / 9)];
      return (x * x + 3 * y * x + y) % 5 < 2 ? 1 : 0;
    });
    expect([...mask]).toEqual(noise);
  });

  test('of runs too long for one character, with falling differences', () => {
    const counts = decodeCounts('Xi8l^1nRc0\\gNVP]O000jnf2');
    expect(counts).toEqual([9000, 1500, 19550, 200, 100, 200, 100, 200, 89150]);
  });

  test.each(['0~', 'é', '0o', 'ooooooooooooooo0'])('%j is no code', (text) => {
    expect(decodeCounts(text)).toBeNull();
  });
});
