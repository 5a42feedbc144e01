import { augmentation, drawChange, moveMap, relight, type Change } from './augment.ts';

const still: Change = {
  mirrorRows: false,
  mirrorColumns: false,
  down: 0,
  right: 0,
  gain: [1, 1, 1],
  offset: 0,
};
const size = { height: 2, width: 3 };
const map = Float32Array.of(1, 2, 3, 4, 5, 6); // one channel

test.each<[string, Partial<Change>, number[]]>([
  ['nothing', {}, [1, 2, 3, 4, 5, 6]],
  ['left and right', { mirrorColumns: true }, [3, 2, 1, 6, 5, 4]],
  ['top and bottom', { mirrorRows: true }, [4, 5, 6, 1, 2, 3]],
  ['one pixel to the right, edges repeat', { right: 1 }, [1, 1, 2, 4, 4, 5]],
  ['one pixel down', { down: 1 }, [1, 2, 3, 1, 2, 3]],
])('moves %s', (_, change, expected) => {
  expect([...moveMap(map, size, { ...still, ...change })]).toEqual(expected);
});

test('moves the channels of a pixel together', () => {
  const two = Float32Array.of(1, 10, 2, 20);
  expect([...moveMap(two, { height: 1, width: 2 }, { ...still, mirrorColumns: true })]).toEqual([
    2, 20, 1, 10,
  ]);
});

test('changes light by colour and stays in [0, 1]', () => {
  const lit = relight(Float32Array.of(0.25, 0.5, 0.75, 0, 0.5, 1), {
    ...still,
    gain: [2, 1, 1],
    offset: 0.25,
  });
  expect([...lit]).toEqual([0.75, 0.75, 1, 0.25, 0.75, 1]);
});

test('draws the same change for the same seed, epoch and image, and none where nothing is asked', () => {
  const draw = { seed: 1, epoch: 1, id: 'a', height: 10, width: 10 };
  const all = augmentation.parse({ flips: true, shift: 0.2, light: 0.3 });
  expect(drawChange(all, draw)).toEqual(drawChange(all, draw));
  expect(drawChange(all, { ...draw, epoch: 2 })).not.toEqual(drawChange(all, draw));
  const { down, right, ...rest } = drawChange(augmentation.parse({}), draw);
  expect([Math.abs(down), Math.abs(right)]).toEqual([0, 0]);
  expect({ ...rest, down: 0, right: 0 }).toEqual(still);
});
