import { setEnclosed } from './enclosed-pixels.ts';

const MOVES = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
];

test('300 octagons at random enclose the pixels that SciPy finds enclosed (bench/reference/lidc.py)', () => {
  let state = 1;
  const below = (limit: number): number => (state = (state * 16807) % 2147483647) % limit;
  const size = { width: 40, height: 40 };
  let [octagons, area, checksum] = [0, 0, 0];
  while (octagons < 300) {
    const [e, d1, s, d2, d3, d4] = Array.from({ length: 6 }, () => below(7));
    const [w, n] = [e + d1 - d2 - d3 + d4, d1 + s + d2 - d3 - d4];
    if (Math.min(e, s, w, n) < 1) continue;
    octagons++;
    let [x, y] = [15, 5];
    // Every pixel of the line, as LIDC has it, and in every other octagon the corners alone.
    const outline: number[] = [];
    for (const [side, length] of [e, d1, s, d2, w, d3, n, d4].entries()) {
      const step = octagons % 2 === 0 ? 1 : length;
      for (let done = 0; done < length; done += step) {
        [x, y] = [x + MOVES[side][0] * step, y + MOVES[side][1] * step];
        outline.push(x, y);
      }
    }
    const mask = new Uint8Array(1600);
    setEnclosed(mask, size, outline, 1);
    for (const [at, value] of mask.entries()) {
      if (value === 0) continue;
      area++;
      checksum = (checksum * 31 + at) % 1000003;
    }
  }
  expect([area, checksum]).toEqual([23374, 902750]);
});

const drawn = (outline: number[], value: 0 | 1 = 1): string => {
  const mask = new Uint8Array(40).fill(1 - value);
  setEnclosed(mask, { width: 8, height: 5 }, outline, value);
  return [...mask].map((pixel, at) => (at > 0 && at % 8 === 0 ? ' ' : '') + '.#'[pixel]).join('');
};

test.each([
  [
    'one pixel in the middle of eight',
    [1, 1, 2, 1, 3, 1, 3, 2, 3, 3, 2, 3, 1, 3, 1, 2],
    '........ ........ ..#..... ........ ........',
  ],
  ['a diamond around it', [2, 1, 3, 2, 2, 3, 1, 2], '........ ........ ..#..... ........ ........'],
  // (4, 1) and (6, 2) lie on the long side, (5, 2) below it.
  ['a slanted side between pixels', [2, 0, 6, 2, 2, 4], '........ ...#.... ...###.. ...#.... ........'],
  ['a line there and back', [1, 1, 6, 1], '........ ........ ........ ........ ........'],
  [
    'a neck of one line between two rooms',
    [0, 0, 2, 0, 2, 2, 5, 2, 5, 0, 7, 0, 7, 4, 5, 4, 5, 2, 2, 2, 2, 4, 0, 4],
    '........ .#....#. .#....#. .#....#. ........',
  ],
])('%s', (_, outline, expected) => {
  expect(drawn(outline)).toBe(expected);
});

test('clears the same pixels that it sets', () => {
  expect(drawn([1, 1, 5, 1, 5, 3, 1, 3], 0)).toBe('######## ######## ##...### ######## ########');
});
