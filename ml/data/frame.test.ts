import { cutFromFrame, frameOf, placeInFrame } from './frame.ts';

test('an image is scaled by one factor and lies in the middle of the square', () => {
  expect(frameOf({ width: 256, height: 128 }, 64)).toEqual({
    side: 64,
    left: 0,
    top: 16,
    width: 64,
    height: 32,
  });
  expect(frameOf({ width: 480, height: 640 }, 64)).toEqual({
    side: 64,
    left: 8,
    top: 0,
    width: 48,
    height: 64,
  });
  expect(frameOf({ width: 20, height: 20 }, 64)).toEqual({
    side: 64,
    left: 0,
    top: 0,
    width: 64,
    height: 64,
  });
});

test('whatever its shape, at least one pixel of it is left', () => {
  expect(frameOf({ width: 8000, height: 3 }, 64)).toMatchObject({ width: 64, height: 1 });
});

test('what is placed in the square is cut out of it again, channel by channel', () => {
  const frame = frameOf({ width: 6, height: 4 }, 3); // 3×2, at the top
  const square = new Float32Array(3 * 3 * 2);
  placeInFrame([1, 2, 3, 4, 5, 6], frame, { square, stride: 2, first: 1 });
  expect([...square]).toEqual([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 0, 0, 0, 0, 0]);
  expect([...cutFromFrame(square, frame, 1, 2)]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...cutFromFrame(square, frame, 0, 2)]).toEqual([0, 0, 0, 0, 0, 0]);
});
