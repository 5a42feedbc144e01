/** One soft mask, row by row: values in [0, 1], [h, w]. Pixel centres lie at whole coordinates; outside it is 0. */
export interface Field {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** One channel of a mask [h, w, C]. */
export function channelOf(
  mask: Float32Array,
  { height, width }: Omit<Field, 'values'>,
  channel: number,
): Field {
  const pixels = height * width;
  const channels = mask.length / pixels;
  if (!Number.isInteger(channels) || channel >= channels) {
    throw new RangeError(
      `a mask of ${mask.length} values has no channel ${channel} of ${height}×${width} pixels`,
    );
  }
  const values = new Float32Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) values[pixel] = mask[pixel * channels + channel];
  return { values, height, width };
}

export function valueAt({ values, height, width }: Field, row: number, column: number): number {
  return row < 0 || column < 0 || row >= height || column >= width ? 0 : values[row * width + column];
}

/** Bilinear between pixel centres. */
export function valueBetween(field: Field, row: number, column: number): number {
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - top, column - left];
  const upper = (1 - right) * valueAt(field, top, left) + right * valueAt(field, top, left + 1);
  const lower = (1 - right) * valueAt(field, top + 1, left) + right * valueAt(field, top + 1, left + 1);
  return (1 - down) * upper + down * lower;
}
