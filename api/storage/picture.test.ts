import sharp from 'sharp';
import { pngFile, tiffFile } from '../../tests/helpers/image-files.ts';
import { decodeImage } from './image-codec.ts';
import { readPicture, type Range } from './picture.ts';

const shades = async (bytes: Buffer, range?: Range) => {
  const { rgb } = await decodeImage((await readPicture(bytes, range)).bytes);
  return [...rgb].filter((_, i) => i % 3 === 0);
};
const sixteen = (share: number) => Math.fround(Math.round(65535 * share) / 65535);

describe('a range says which numbers are black and white:', () => {
  test('12 bits in a file of 16', async () => {
    const file = pngFile({ width: 4, height: 1, depth: 16, samples: [0, 1024, 4095, 5000] });
    expect(await shades(file, [0, 4095])).toEqual([0, 1024 / 4095, 1, 1].map(sixteen));
  });

  test.each([
    ['floats of 32 bits', Float32Array.of(-0.5, 0, 0.25, 2)],
    ['floats of 64 bits', Float64Array.of(-0.5, 0, 0.25, 2)],
  ])('%s', async (_, samples) => {
    expect(await shades(tiffFile({ width: 4, height: 1, samples }), [0, 1])).toEqual(
      [0, 0, 0.25, 1].map(sixteen),
    );
  });

  test('signed numbers, as of a CT: air, water and bone', async () => {
    const samples = Int16Array.of(-1000, 40, 0, 3000);
    const expected = [0, 0.5, (0 + 160) / 400, 1].map(sixteen);
    expect(await shades(tiffFile({ width: 4, height: 1, samples }), [-160, 240])).toEqual(expected);
  });

  test('where 0 is white, black is the larger number', async () => {
    const file = tiffFile({ width: 2, height: 1, samples: Uint16Array.of(0, 4095), photometric: 0 });
    expect(await shades(file, [0, 4095])).toEqual([1, 0]);
  });

  test('colours, each by itself; transparency is dropped', async () => {
    const file = pngFile({ width: 1, height: 1, depth: 16, type: 6, samples: [4095, 0, 1000, 65535] });
    const { rgb } = await decodeImage((await readPicture(file, [0, 4095])).bytes);
    expect([...rgb]).toEqual([1, 0, 1000 / 4095].map(sixteen));
  });

  test('NaN has no shade, and a palette no numbers', async () => {
    const nan = tiffFile({ width: 2, height: 1, samples: Float32Array.of(0, NaN) });
    await expect(readPicture(nan, [0, 1])).rejects.toThrow('holds NaN');
    const chunks: [string, Buffer][] = [['PLTE', Buffer.from([0, 0, 0, 9, 9, 200])]];
    const indexed = pngFile({ width: 2, height: 1, type: 3, samples: [0, 1], chunks });
    await expect(readPicture(indexed, [0, 1])).rejects.toThrow("numbers are those of a palette's colours");
  });
});

describe('without a range', () => {
  test.each([
    ['32-bit float', Float32Array.of(0, 1)],
    ['64-bit float', Float64Array.of(0, 1)],
    ['16-bit signed', Int16Array.of(0, 1)],
    ['8-bit signed', Int8Array.of(0, 1)],
    ['32-bit whole-number', Uint32Array.of(0, 1)],
    ['32-bit signed', Int32Array.of(0, 1)],
  ])('%s samples are refused by name, and the remedy is named', async (name, samples) => {
    const file = tiffFile({ width: 2, height: 1, samples });
    await expect(readPicture(file)).rejects.toThrow(
      `it has ${name} samples: 'range' in a manifest says which of its numbers are black and white`,
    );
  });

  test('other pictures are stored to the byte', async () => {
    const image = sharp({ create: { width: 4, height: 4, channels: 3, background: '#369' } });
    const files = [
      image.clone().png(),
      image.clone().jpeg(),
      image.clone().webp(),
      image.clone().gif(),
      image.clone().tiff(),
    ];
    for (const file of files) {
      const bytes = await file.toBuffer();
      expect((await readPicture(bytes)).bytes.equals(bytes)).toBe(true);
    }
  });

  test('a BMP becomes a PNG of the same pixels', async () => {
    const bytes = Buffer.alloc(54 + 8);
    bytes.write('BM', 0);
    bytes.writeUInt32LE(54, 10);
    bytes.writeUInt32LE(40, 14);
    bytes.writeInt32LE(1, 18);
    bytes.writeInt32LE(2, 22); // from the lowest row up
    bytes.writeUInt16LE(24, 28);
    Buffer.from([0, 0, 255, 0, 255, 0, 0, 0]).copy(bytes, 54); // red below, blue above
    const { bytes: png, facts } = await readPicture(bytes);
    expect(facts).toMatchObject({ width: 1, height: 2, mediaType: 'image/png' });
    expect([...(await decodeImage(png)).rgb]).toEqual([0, 0, 1, 1, 0, 0]);
  });
});

test('equal pixels have one name in any file, others another', async () => {
  const raw = { raw: { width: 2, height: 1, channels: 3 } } as const;
  const image = sharp(Buffer.from([1, 2, 3, 4, 5, 6]), raw);
  const names = await Promise.all(
    [
      image.clone().png(),
      image.clone().tiff({ compression: 'lzw' }),
      image.clone().webp({ lossless: true }),
    ].map(async (file) => (await readPicture(await file.toBuffer())).pixels),
  );
  expect(new Set(names).size).toBe(1);
  const other = await sharp(Buffer.from([1, 2, 3, 4, 5, 7]), raw)
    .png()
    .toBuffer();
  expect((await readPicture(other)).pixels).not.toBe(names[0]);
  const tall = await sharp(Buffer.from([1, 2, 3, 4, 5, 6]), { raw: { width: 1, height: 2, channels: 3 } })
    .png()
    .toBuffer();
  expect((await readPicture(tall)).pixels).not.toBe(names[0]);
});

describe('an image is refused, with the reason, where', () => {
  const frames = { raw: { width: 1, height: 2, channels: 3, pageHeight: 1 } } as const;
  const moving = () => sharp(Buffer.from([0, 0, 0, 255, 255, 255]), frames);
  const flat = () => sharp({ create: { width: 64, height: 64, channels: 3, background: '#369' } });
  const noise = () =>
    sharp(Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251)), {
      raw: { width: 64, height: 64, channels: 3 },
    });
  const dicom = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM\x02\x00\x00\x00UL\x04\x00', 'latin1')]);
  const cases: [string, () => Promise<Buffer>, RegExp][] = [
    ['a GIF moves', () => moving().gif().toBuffer(), /holds 2 images/],
    ['a WebP moves', () => moving().webp({ lossless: true }).toBuffer(), /holds 2 images/],
    [
      'it is AVIF',
      () => flat().avif({ effort: 0 }).toBuffer(),
      /images are png, jpeg, tiff, webp, gif, bmp: this is heif/,
    ],
    ['it is DICOM', async () => dicom, /not an image that can be read/],
    [
      'a PNG ends early',
      async () => (await flat().png({ compressionLevel: 0 }).toBuffer()).subarray(0, 3000),
      /damaged/,
    ],
    ['a JPEG ends early', async () => (await noise().jpeg().toBuffer()).subarray(0, 1000), /damaged/],
    [
      'a TIFF has two pages',
      async () => {
        const page = tiffFile({ width: 1, height: 1, samples: Uint8Array.of(7) });
        page.writeUInt32LE(page.length, 10 + 12 * 12); // the next directory: a copy of the first, behind it
        return Buffer.concat([page, page.subarray(8, 10 + 12 * 12), Buffer.alloc(4)]);
      },
      /holds 2 images/,
    ],
  ];
  test.each(cases)('%s', async (_, bytes, message) => {
    await expect(readPicture(await bytes())).rejects.toThrow(message);
  });
});
