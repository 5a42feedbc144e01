import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { greyProfile, pngFile, tiffFile } from '../../tests/helpers/image-files.ts';
import { decodeLevels } from './levels.ts';

const palette = (...colours: number[]): [string, Buffer] => ['PLTE', Buffer.from(colours)];
const levelsOf = async (bytes: Buffer) => [...(await decodeLevels(bytes)).levels];

const ramp = [0, 1, 2, 3, 64, 128, 200, 255];
const row = { width: 8, height: 1, samples: ramp };

describe('the numbers of a mask are those of its file:', () => {
  test.each([1, 1.8, 2.2])('a grey profile of gamma %d does not touch them', async (gamma) => {
    expect(await levelsOf(pngFile({ ...row, chunks: [greyProfile(gamma)] }))).toEqual(ramp);
    const deep = [0, 1, 255, 256, 300, 4095, 40000, 65535];
    expect(
      await levelsOf(pngFile({ ...row, depth: 16, samples: deep, chunks: [greyProfile(gamma)] })),
    ).toEqual(deep);
  });

  test('nor does a profile in a JPEG, a TIFF or a palette file', async () => {
    const plain = sharp(Buffer.from(ramp), { raw: { width: 8, height: 1, channels: 1 } }).toColourspace(
      'b-w',
    );
    const tiff = await plain.clone().withIccProfile('srgb').tiff({ compression: 'none' }).toBuffer();
    expect(await levelsOf(tiff)).toEqual(ramp);
    const flat = sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } });
    const jpeg = await flat.jpeg({ quality: 100 }).withIccProfile('p3').toBuffer();
    const bare = await sharp(jpeg, { ignoreIcc: true }).raw().toBuffer();
    expect(await levelsOf(jpeg)).toEqual(Array<number>(64).fill(bare[0]));
    const greys = palette(0, 0, 0, 128, 128, 128);
    const indexed = pngFile({
      width: 2,
      height: 1,
      type: 3,
      samples: [0, 1],
      chunks: [greyProfile(1), greys],
    });
    expect(await levelsOf(indexed)).toEqual([0, 128]);
  });

  test('a gamma chunk does not touch them', async () => {
    expect(await levelsOf(pngFile({ ...row, chunks: [['gAMA', Buffer.from([0, 1, 0x86, 0xa0])]] }))).toEqual(
      ramp,
    );
  });

  // Expected: the arrays that Pillow and tifffile wrote (bench/reference/foreign-files.py).
  const foreign = readFileSync(path.join(import.meta.dirname, 'foreign-files.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(
      (line) =>
        JSON.parse(line) as { name: string; width: number; height: number; values: number[]; base64: string },
    );
  test.each(foreign.map((file) => [file.name, file] as const))(
    '%s',
    async (_, { width, height, values, base64 }) => {
      const read = await decodeLevels(Buffer.from(base64, 'base64'));
      expect([read.width, read.height]).toEqual([width, height]);
      expect([...read.levels]).toEqual(values);
    },
  );

  test('1 bit is black and white: 0 and 255', async () => {
    expect(await levelsOf(pngFile({ width: 3, height: 1, depth: 1, samples: [0, 1, 1] }))).toEqual([
      0, 255, 255,
    ]);
    const tiff = { width: 8, height: 1, samples: Uint8Array.of(0b01010101), bits: 1 };
    expect(await levelsOf(tiffFile(tiff))).toEqual([0, 255, 0, 255, 0, 255, 0, 255]);
  });

  test('2 and 4 bits are labels, not shades', async () => {
    const two = await decodeLevels(pngFile({ width: 4, height: 1, depth: 2, samples: [0, 1, 2, 3] }));
    expect([[...two.levels], two.bound]).toEqual([[0, 1, 2, 3], 3]);
    const four = await decodeLevels(pngFile({ width: 4, height: 1, depth: 4, samples: [0, 1, 2, 15] }));
    expect([[...four.levels], four.bound]).toEqual([[0, 1, 2, 15], 15]);
    const tiff = tiffFile({ width: 4, height: 1, samples: Uint8Array.of(0x01, 0x2f), bits: 4 });
    expect(await levelsOf(tiff)).toEqual([0, 1, 2, 15]);
  });

  test('12 bits packed in a TIFF', async () => {
    const tiff = tiffFile({
      width: 2,
      height: 1,
      samples: Uint8Array.of(0x12, 0x3f, 0xff),
      bits: 12,
      format: 1,
    });
    expect(await levelsOf(tiff)).toEqual([0x123, 0xfff]);
  });

  test("of a palette with colours, the colours' numbers; also with fewer bits, and where two colours are equal", async () => {
    const colours = palette(0, 0, 0, 128, 0, 0, 0, 128, 0, 0, 0, 0);
    const samples = [0, 1, 2, 3, 3, 2];
    for (const depth of [2, 4, 8]) {
      const file = pngFile({ width: 3, height: 2, depth, type: 3, samples, chunks: [colours] });
      expect(await levelsOf(file)).toEqual(samples);
    }
  });

  test('of a palette of greys, the greys', async () => {
    const chunks = [palette(255, 255, 255, 0, 0, 0)];
    expect(
      await levelsOf(pngFile({ width: 2, height: 1, depth: 1, type: 3, samples: [0, 1], chunks })),
    ).toEqual([255, 0]);
  });

  test('of colours that are all grey, the grey', async () => {
    expect(
      await levelsOf(pngFile({ width: 2, height: 1, type: 2, samples: [7, 7, 7, 200, 200, 200] })),
    ).toEqual([7, 200]);
    const deep = pngFile({ width: 2, height: 1, depth: 16, type: 2, samples: [300, 300, 300, 9, 9, 9] });
    expect(await levelsOf(deep)).toEqual([300, 9]);
  });

  test('an interlaced PNG is read like any other', async () => {
    const image = sharp(Buffer.from(ramp), { raw: { width: 4, height: 2, channels: 1 } }).toColourspace(
      'b-w',
    );
    expect(await levelsOf(await image.png({ progressive: true }).toBuffer())).toEqual(ramp);
  });

  test('transparency that follows from the value is dropped', async () => {
    const opaque = ramp.flatMap((value) => [value, 255]);
    expect(await levelsOf(pngFile({ width: 4, height: 2, type: 4, samples: opaque }))).toEqual(ramp);
    const deep = ramp.flatMap((value) => [value * 257, 65535]);
    const sixteen = pngFile({ width: 8, height: 1, depth: 16, type: 4, samples: deep });
    expect(await levelsOf(sixteen)).toEqual(ramp.map((value) => value * 257));
    const chunks: [string, Buffer][] = [['tRNS', Buffer.from([0, 0])]];
    expect(await levelsOf(pngFile({ width: 4, height: 1, samples: [0, 1, 1, 0], chunks }))).toEqual([
      0, 1, 1, 0,
    ]);
    const white = [0, 0, 0, 0, 255, 255, 255, 255];
    expect(await levelsOf(pngFile({ width: 2, height: 1, type: 6, samples: white }))).toEqual([0, 255]);
  });

  // Stored pixels 1 2 / 3 4, turned as the EXIF specification draws it; sharp turns the same image beside it.
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i is applied', async (orientation) => {
    const samples = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const read = await decodeLevels(tiffFile({ width: 3, height: 2, samples, orientation }));
    const raw = { raw: { width: 3, height: 2, channels: 1 } } as const;
    const jpegLike = await sharp(samples, raw)
      .toColourspace('b-w')
      .withMetadata({ orientation })
      .png()
      .toBuffer();
    const outside = await sharp(jpegLike)
      .autoOrient()
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([read.width, read.height]).toEqual([outside.info.width, outside.info.height]);
    expect([...read.levels]).toEqual([...outside.data]);
  });
});

describe('a mask is refused, with the reason, where', () => {
  const cmyk = () =>
    sharp({ create: { width: 2, height: 1, channels: 3, background: '#808080' } })
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
  const frames = () =>
    sharp(Buffer.from([0, 0, 0, 255, 255, 255]), { raw: { width: 1, height: 2, channels: 3, pageHeight: 1 } })
      .gif()
      .toBuffer();
  const colours = () => sharp(Buffer.from([255, 0, 0]), { raw: { width: 1, height: 1, channels: 3 } });
  const bmp = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.alloc(58);
    bytes.write('BM', 0);
    bytes.writeUInt32LE(54, 10);
    bytes.writeUInt32LE(40, 14);
    bytes.writeInt32LE(1, 18);
    bytes.writeInt32LE(1, 22);
    bytes.writeUInt16LE(24, 28);
    change(bytes);
    return bytes;
  };
  const cases: [string, () => Buffer | Promise<Buffer>, RegExp][] = [
    ['it has colours without a palette', () => colours().png().toBuffer(), /has colours/],
    ['a GIF has colours', () => colours().gif().toBuffer(), /has colours/],
    ['its numbers are ink', cmyk, /CMYK/],
    [
      'transparency says more than the colours',
      () => pngFile({ width: 2, height: 1, type: 6, samples: [0, 0, 0, 0, 0, 0, 0, 255] }),
      /differ in transparency/,
    ],
    [
      'transparency says more than the grey',
      () => pngFile({ width: 2, height: 1, type: 4, samples: [255, 0, 255, 255] }),
      /differ in transparency/,
    ],
    [
      // So tifffile writes arrays of truth values: it reads 1 as true, others show it black.
      '1 bit counts from white',
      () => tiffFile({ width: 8, height: 1, samples: Uint8Array.of(1), bits: 1, photometric: 0 }),
      /WhiteIsZero/,
    ],
    [
      '8 bits count from white',
      () => tiffFile({ width: 2, height: 1, samples: Uint8Array.of(0, 1), photometric: 0 }),
      /WhiteIsZero/,
    ],
    [
      'a number is none',
      () => tiffFile({ width: 2, height: 1, samples: Float32Array.of(1, NaN) }),
      /holds NaN/,
    ],
    [
      'numbers are complex',
      () => tiffFile({ width: 1, height: 1, samples: Float32Array.of(1, 2), bits: 64, format: 6 }),
      /complex/,
    ],
    [
      'there are several numbers a pixel',
      () => tiffFile({ width: 1, height: 1, samples: Uint8Array.of(1, 2), samplesPerPixel: 2 }),
      /2 numbers a pixel/,
    ],
    [
      'the file is cut off',
      () => tiffFile({ width: 40, height: 40, samples: Float32Array.of(1) }),
      /damaged/,
    ],
    ['there are several images', frames, /holds 2 images/],
    ['a BMP is compressed', () => bmp((bytes) => bytes.writeUInt32LE(1, 30)), /compressed/],
    ['a BMP has 16 bits', () => bmp((bytes) => bytes.writeUInt16LE(16, 28)), /this has 16/],
    ['a BMP is cut off', () => bmp((bytes) => bytes.writeInt32LE(100, 18)), /damaged/],
    ['a BMP is far too large', () => bmp((bytes) => bytes.writeInt32LE(2 ** 30, 18)), /more than 100000000/],
    ['it is no image', () => Buffer.from('hello'), /not an image/],
  ];
  test.each(cases)('%s', async (_, bytes, message) => {
    await expect(decodeLevels(await bytes())).rejects.toThrow(message);
  });
});

test('what compression has changed is said so', async () => {
  const image = sharp({ create: { width: 16, height: 16, channels: 3, background: '#fff' } });
  const lossy = async (bytes: Promise<Buffer>) => (await decodeLevels(await bytes)).lossy;
  expect(await lossy(image.clone().jpeg().toBuffer())).toBe(true);
  expect(await lossy(image.clone().webp().toBuffer())).toBe(true);
  expect(await lossy(image.clone().webp({ lossless: true }).toBuffer())).toBe(false);
  expect(await lossy(image.clone().toColourspace('b-w').tiff({ compression: 'jpeg' }).toBuffer())).toBe(true);
  expect(await lossy(image.clone().png().toBuffer())).toBe(false);
});
