import type { Field } from './field.ts';

/** What is above `level`, in whole pixels: rows and columns from the first to the last one, and pixels in all. */
export function measurePixels({ values, width }: Field, level: number) {
  let [top, bottom, left, right, area] = [Infinity, -1, Infinity, -1, 0];
  values.forEach((value, pixel) => {
    if (!(value > level)) return;
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
    area++;
  });
  return area === 0
    ? { height: 0, width: 0, area }
    : { height: bottom - top + 1, width: right - left + 1, area };
}
