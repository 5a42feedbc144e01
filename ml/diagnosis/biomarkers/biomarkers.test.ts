import { phantoms } from '../../data/index.ts';
import { spearman } from '../../statistics/spearman.ts';
import type { OutlinedMask } from '../diagnosis-model.ts';
import type { Biomarker } from './biomarker.ts';
import { cupToDisc, vcdr } from './cup-to-disc.ts';
import { asymmetry, border } from './lesion-shape.ts';

type Settings = Record<string, unknown>;
const measure = <S>(marker: Biomarker<S>, mask: OutlinedMask, settings: Settings = {}): number[] =>
  marker.measure(mask, marker.settings.parse(settings));

/** One value a pixel and structure, by formula at pixel centres. */
function draw(structures: string[], value: (x: number, y: number, name: string) => number, size = 64) {
  const mask = Float32Array.from({ length: size * size * structures.length }, (_, at) => {
    const pixel = Math.floor(at / structures.length);
    return value(pixel % size, Math.floor(pixel / size), structures[at % structures.length]);
  });
  return { mask, height: size, width: size, structures };
}

const clip = (value: number): number => Math.min(1, Math.max(0, value));
const hard = (inside: boolean): number => (inside ? 1 : 0);

describe('the cup-to-disc ratio', () => {
  const height: Record<string, number> = { cup: 11.3, disc: 20.8 };
  /** Ellipses half as wide again as high, with an edge two pixels wide. */
  const eye = (order: string[]) =>
    draw(order, (x, y, name) => {
      const level = Math.hypot((x - 31.2) / (1.5 * height[name]), (y - 32.4) / height[name]);
      return clip(0.5 + ((1 - level) * height[name]) / 2);
    });

  test('is that of the heights, whatever the order of the structures', () => {
    for (const order of [
      ['disc', 'cup'],
      ['cup', 'disc'],
    ]) {
      // A tenth of a pixel on each height.
      expect(Math.abs(measure(vcdr, eye(order))[0] - 11.3 / 20.8)).toBeLessThan(0.005);
    }
  });

  test('in whole pixels is rows of cup over rows of disc, as its contour is on hard masks', () => {
    const rows = draw(['disc', 'cup'], (x, y, name) =>
      hard(x > 20 && x < 30 && (name === 'disc' ? y >= 10 && y < 42 : y >= 20 && y < 31)),
    );
    for (const edge of ['pixels', 'contour']) expect(measure(vcdr, rows, { edge })).toEqual([11 / 32]);
  });

  test('over several levels is the mean of theirs', () => {
    // Cup higher at low levels: 24, 16 and 8 rows of a disc of 32.
    const steps = draw(['disc', 'cup'], (_, y, name) => {
      const from = Math.abs(y - 31.5);
      if (name === 'disc') return hard(from < 16);
      return from < 4 ? 0.9 : from < 8 ? 0.6 : from < 12 ? 0.3 : 0;
    });
    const levels = [0.2, 0.5, 0.8];
    expect(measure(vcdr, steps, { levels, edge: 'pixels' })[0]).toBeCloseTo((24 + 16 + 8) / 3 / 32, 12);
  });

  test('is 0 where cup or disc is empty', () => {
    for (const empty of ['cup', 'disc', 'both']) {
      const mask = draw(['disc', 'cup'], (_, y, name) => hard(name !== empty && empty !== 'both' && y < 9));
      expect(measure(vcdr, mask)).toEqual([0]);
    }
  });

  test('beside the height gives width and area where asked', () => {
    const mask = eye(['disc', 'cup']);
    const [vertical, horizontal, area] = measure(cupToDisc, mask, { beside: ['width', 'area'] });
    expect(horizontal).toBeCloseTo(vertical, 2);
    expect(area).toBeCloseTo(vertical * horizontal, 2);
    expect(measure(cupToDisc, mask)).toEqual([vertical]);
  });

  test('of the fundus phantom’s true outlines is the one that the phantom states', () => {
    const phantom = phantoms.get('fundus').create({ seed: 3, config: { size: 128, train: 12 } });
    for (let index = 0; index < 12; index++) {
      const { truth } = phantom.case(index);
      const stated = draw(
        [...phantom.structures],
        (x, y, name) => truth.masks[phantom.structures.indexOf(name)][y * 128 + x],
        128,
      );
      // Hard masks: half a pixel at each end of cup and of disc, some 80 pixels high.
      expect(Math.abs(measure(vcdr, stated)[0] - truth.measure)).toBeLessThan(2 / 80);
    }
  });

  test('names the structure that is missing', () => {
    const check = (names: string[]) => () => vcdr.checkStructures(names, vcdr.settings.parse({}));
    expect(check(['disc', 'vessel'])).toThrow('there is no cup among disc, vessel');
    expect(check(['nodule'])).toThrow('no disc and no cup among nodule');
  });
});

describe('asymmetry and border irregularity', () => {
  const lesion = (value: (x: number, y: number) => number) => draw(['lesion'], value);
  const circle = lesion((x, y) => hard(Math.hypot(x - 31.3, y - 30.8) < 19));
  const l = lesion((x, y) => hard(x >= 12 && x < 52 && y >= 12 && y < 52 && (x < 24 || y >= 40)));

  test('of a hard circle are 0 and 1, of an L large', () => {
    expect(measure(asymmetry, circle)[0]).toBeLessThan(0.02);
    expect(Math.abs(measure(border, circle)[0] - 1)).toBeLessThan(0.02);
    expect(measure(asymmetry, l)[0]).toBeGreaterThan(0.25);
    // Perimeter 160, area 816: 2.50, its six corners rounded by the blur.
    expect(Math.abs(measure(border, l)[0] - 160 ** 2 / (4 * Math.PI * 816))).toBeLessThan(0.25);
  });

  test('without the blur a hard border counts its pixels’ steps', () => {
    // A tenth: the perimeter is a twentieth too long.
    expect(measure(border, circle, { smoothing: 0 })[0]).toBeGreaterThan(1.07);
  });

  test('of a square and an ellipse are their closed forms', () => {
    const square = lesion((x, y) => clip(0.5 + 16 - Math.max(Math.abs(x - 31.5), Math.abs(y - 31.5))));
    expect(measure(border, square, { smoothing: 0 })[0]).toBeCloseTo(4 / Math.PI, 1);
    // The blur rounds the corners.
    expect(Math.abs(measure(border, square)[0] - 4 / Math.PI)).toBeLessThan(0.07);
    expect(measure(asymmetry, square)[0]).toBeLessThan(0.01);
    const [a, b] = [26, 13];
    const oval = lesion((x, y) => {
      const [u, v] = [(x - 31.4) * 0.8 + (y - 32.1) * 0.6, (y - 32.1) * 0.8 - (x - 31.4) * 0.6];
      return hard(Math.hypot(u / a, v / b) < 1);
    });
    const h = ((a - b) / (a + b)) ** 2;
    const perimeter = Math.PI * (a + b) * (1 + (3 * h) / (10 + Math.sqrt(4 - 3 * h)));
    expect(
      Math.abs(measure(border, oval)[0] - perimeter ** 2 / (4 * Math.PI * Math.PI * a * b)),
    ).toBeLessThan(0.03);
    expect(measure(asymmetry, oval)[0]).toBeLessThan(0.03);
  });

  test('do not see specks and holes', () => {
    const spotted = { ...circle, mask: circle.mask.slice() };
    for (const [x, y] of [[3, 3], [60, 5], [31, 31], [25, 28]]) spotted.mask[y * 64 + x] = 1 - circle.mask[y * 64 + x]; // prettier-ignore
    expect(measure(border, spotted)[0]).toBeCloseTo(measure(border, circle)[0], 6);
    expect(measure(asymmetry, spotted)[0]).toBeCloseTo(measure(asymmetry, circle)[0], 6);
  });

  test('of an empty mask are those of a circle: 0 and 1', () => {
    const empty = lesion(() => 0);
    expect([...measure(asymmetry, empty), ...measure(border, empty)]).toEqual([0, 1]);
  });

  test.each([
    ['dermoscopy', asymmetry],
    ['dermoscopy', border],
    ['ultrasound', border],
  ])('of the %s phantom’s true outlines follow the shape that decides its diagnosis', (name, marker) => {
    const phantom = phantoms.get(name).create({ seed: 5, config: { train: 60 } });
    const shapes: number[] = [];
    const values = Array.from({ length: 60 }, (_, index) => {
      const { truth } = phantom.case(index);
      shapes.push(truth.shape);
      return measure(
        marker,
        draw([...phantom.structures], (x, y) => truth.masks[0][y * 64 + x]),
      )[0];
    });
    expect(spearman(values, shapes)).toBeGreaterThan(0.8);
  });

  test('want to know which one, where there are several structures', () => {
    const check =
      (names: string[], settings: Settings = {}) =>
      () =>
        border.checkStructures(names, border.settings.parse(settings));
    expect(check(['disc', 'cup'])).toThrow('name it in measure.structure, of disc, cup');
    expect(check(['disc', 'cup'], { structure: 'lesion' })).toThrow("no structure 'lesion'");
    expect(check(['disc', 'cup'], { structure: 'cup' })).not.toThrow();
    const mask = draw(['disc', 'cup'], (x, y, part) =>
      hard(part === 'disc' || Math.hypot(x - 31, y - 31) < 15),
    );
    expect(measure(border, mask, { structure: 'cup' })[0]).toBeLessThan(1.05);
  });
});
