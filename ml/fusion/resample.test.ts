import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { gradientDeviation, randomTensor } from '../ops/finite-differences.ts';
import { GRADIENT_TOLERANCE } from '../ops/ways.test-helper.ts';
import { createPictureGrid } from './df-gt-batch.ts';
import { viewedPlaces, type View } from './random-view.ts';
import { resample } from './resample.ts';

beforeAll(async () => {
  await loadBackend();
});

/** Two pictures of two lines and three columns, one channel: 0 1 2 / 10 11 12, and 100 more. */
const pictures = (): tf.Tensor4D =>
  tf.tensor4d([0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112], [2, 2, 3, 1]);
const at = (picture: number, places: number[][]): number[] =>
  Array.from(resample(pictures(), tf.tensor3d([places, places])).dataSync()).slice(
    picture * places.length,
    (picture + 1) * places.length,
  );

test('a place on a pixel gives its value, one between pixels their mixture', () => {
  // Worked by hand: x counts ones, y tens.
  const places = [
    [0, 0],
    [2, 1],
    [0.5, 0],
    [1, 0.25],
    [1.5, 0.5],
  ];
  expect(at(0, places)).toEqual([0, 12, 0.5, 3.5, 6.5]);
  expect(at(1, places)).toEqual([100, 112, 100.5, 103.5, 106.5]);
});

test('beyond the edge the outermost pixel goes on', () => {
  const places = [
    [-3, 0],
    [7, 0.5],
    [0.5, -1],
    [9, 9],
  ];
  expect(at(0, places)).toEqual([0, 7, 0.5, 12]);
});

test('its gradient equals finite differences, where places meet and beyond the edge too', () => {
  const picture = randomTensor<tf.Tensor4D>('pictures', [2, 4, 3, 2]);
  const places = tf.mul<tf.Tensor3D>(randomTensor('places', [2, 9, 2]), 2);
  const f = (x: tf.Tensor) => tf.square(resample(x as tf.Tensor4D, places));
  expect(gradientDeviation(f, [picture])).toBeLessThan(GRADIENT_TOLERANCE);
});

describe('a view', () => {
  const still: View = { before: [0, 0], scale: 1, degrees: 0, after: [0, 0] };
  const size = { height: 5, width: 5 };
  /** A picture with one bright pixel, seen so: where the brightness is then. */
  const seen = (view: View, column: number, row: number): number[] => {
    const picture = tf.buffer([1, 5, 5, 1]);
    picture.set(1, 0, row, column, 0);
    const grid = createPictureGrid(1, size);
    const values = resample(
      picture.toTensor().as4D(1, 5, 5, 1),
      viewedPlaces([view], grid.coordinates, size),
    );
    const brightest = tf.argMax(values.flatten()).dataSync()[0];
    return [brightest % 5, Math.floor(brightest / 5)];
  };
  // Movements are stated for a picture 256 high: one of 5 is moved 5 / 256 as far.
  const pixel = 256 / 5;

  test('that does nothing shows the picture', () => {
    expect(seen(still, 3, 1)).toEqual([3, 1]);
  });

  test('moves, turns about the middle and moves again, in this order', () => {
    expect(seen({ ...still, before: [pixel, 0] }, 2, 2)).toEqual([3, 2]);
    // A quarter turn takes what is right of the middle below it: rows count downwards.
    expect(seen({ ...still, degrees: 90 }, 4, 2)).toEqual([2, 4]);
    expect(seen({ ...still, before: [pixel, 0], degrees: 90, after: [-2 * pixel, 0] }, 2, 2)).toEqual([0, 3]);
  });

  test('twice as large puts what is a pixel from the middle two pixels from it', () => {
    expect(seen({ ...still, scale: 2 }, 3, 2)).toEqual([4, 2]);
  });
});
