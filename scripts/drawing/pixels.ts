import sharp from 'sharp';

/** A picture of square pixels: RGB, 8 bit, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** One channel of real numbers, row by row. */
export interface Field {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

export type Rgb = readonly [number, number, number];

/** Reads any picture file as RGB, resized to a square of `side` pixels. */
export async function readPicture(bytes: Uint8Array, side: number): Promise<Picture> {
  const { data, info } = await sharp(bytes)
    .toColourspace('srgb')
    .removeAlpha()
    .resize(side, side, { fit: 'contain' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: new Uint8Array(data) };
}

/** Reads a mask file (1, 8 or 16 bit) as values in [0, 1], fitted into a square of `side` pixels. */
export async function readField(bytes: Uint8Array, side: number): Promise<Field> {
  const { data, info } = await sharp(bytes)
    .toColourspace('grey16')
    .extractChannel(0)
    .resize(side, side, { fit: 'contain', kernel: 'nearest' })
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const words = new Uint16Array(data.buffer, data.byteOffset, info.width * info.height);
  return {
    width: info.width,
    height: info.height,
    values: Float32Array.from(words, (word) => Math.min(1, word / 65520)),
  };
}

// Stops of a perceptually even map from dark blue over green to yellow.
const heatStops: readonly Rgb[] = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];

function heatColour(share: number): Rgb {
  const place = Math.min(Math.max(share, 0), 1) * (heatStops.length - 1);
  const index = Math.min(Math.floor(place), heatStops.length - 2);
  const [from, to] = [heatStops[index], heatStops[index + 1]];
  const mix = place - index;
  return [0, 1, 2].map((k) => Math.round(from[k] + mix * (to[k] - from[k]))) as unknown as Rgb;
}

/** Draws a field in false colours, `low` darkest and `high` brightest. */
export function heat(field: Field, low: number, high: number): Picture {
  const rgb = new Uint8Array(field.values.length * 3);
  const span = high > low ? high - low : 1;
  field.values.forEach((value, i) => rgb.set(heatColour((value - low) / span), i * 3));
  return { width: field.width, height: field.height, rgb };
}

/** Draws soft masks in grey, as the mean over the structures, so nested structures show as steps. */
export function grey(fields: readonly Field[]): Picture {
  const { width, height } = fields[0];
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const mean = fields.reduce((sum, field) => sum + field.values[i], 0) / fields.length;
    rgb.fill(Math.round(255 * mean), i * 3, i * 3 + 3);
  }
  return { width, height, rgb };
}

/** Draws the line at which each field crosses one half onto a copy of the picture. */
export function outline(picture: Picture, fields: readonly Field[], colours: readonly Rgb[]): Picture {
  const rgb = picture.rgb.slice();
  fields.forEach((field, k) => {
    for (const i of boundary(field)) rgb.set(colours[k % colours.length], i * 3);
  });
  return { ...picture, rgb };
}

function boundary({ width, height, values }: Field): number[] {
  const inside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && values[y * width + x] > 0.5;
  const line: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(x, y)) continue;
      if (inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1)) continue;
      line.push(y * width + x);
    }
  }
  return line;
}

export async function toPng(picture: Picture): Promise<Buffer> {
  const { width, height } = picture;
  return sharp(picture.rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
