import sharp from 'sharp';
import { cropImage, decodeImage, decodeLevels, inspectImage } from './image-codec.ts';
import { decodeBinaryMask, decodeSoftMask, encodeBinaryMask, encodeSoftMask } from './mask-codec.ts';
import { averageMask, resizeMask } from './resize-mask.ts';

/** A small fixed stream of pseudo-random numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

describe('binary masks', () => {
  test.each([
    [1, 1],
    [7, 3],
    [8, 8],
    [33, 17],
  ])('of %i×%i come back as they were, and other readers see the same pixels', async (width, height) => {
    const next = random(width * 100 + height);
    const mask = Uint8Array.from({ length: width * height }, () => (next() < 0.4 ? 1 : 0));
    const png = encodeBinaryMask(mask, width, height);
    expect(decodeBinaryMask(png)).toEqual({ mask, width, height });
    // sharp (libpng) is the outside reader
    const { levels } = await decodeLevels(png);
    expect([...levels]).toEqual([...mask].map((value) => value * 255));
  });

  test('are compact: an outline of 256×256 in under 1 kB', () => {
    const mask = Uint8Array.from({ length: 65536 }, (_, i) =>
      Math.hypot((i % 256) - 128, (i >> 8) - 120) < 60 ? 1 : 0,
    );
    expect(encodeBinaryMask(mask, 256, 256).length).toBeLessThan(1024);
  });

  test('of a wrong length are refused, and so is any other PNG', async () => {
    expect(() => encodeBinaryMask(new Uint8Array(5), 2, 2)).toThrow(/has 4 pixels: got 5/);
    const grey = await sharp(Buffer.alloc(4), { raw: { width: 2, height: 2, channels: 1 } })
      .png()
      .toBuffer();
    expect(() => decodeBinaryMask(grey)).toThrow(/not a grey PNG/);
  });
});

describe('soft masks', () => {
  test('come back to half a level of 1/65520, whatever their size', async () => {
    const next = random(7);
    const mask = Float32Array.from({ length: 1030 * 611 }, () => next());
    const read = await decodeSoftMask(await encodeSoftMask(mask, 1030, 611));
    expect(read).toMatchObject({ width: 1030, height: 611 });
    const errors = read.mask.map((value, i) => Math.abs(value - mask[i]));
    // Half a level, and the rounding of two float32 near 1.
    expect(errors.reduce((most, error) => Math.max(most, error), 0)).toBeLessThan(0.5 / 65520 + 2 ** -23);
  });

  test('keep the shares of up to 16 raters exactly', async () => {
    for (let raters = 1; raters <= 16; raters++) {
      const shares = Float32Array.from({ length: raters + 1 }, (_, k) => k / raters);
      const { mask } = await decodeSoftMask(await encodeSoftMask(shares, raters + 1, 1, raters));
      expect(mask).toEqual(shares);
    }
  });

  test('look the same to other readers', async () => {
    const png = await encodeSoftMask(Float32Array.of(0, 0.25, 0.5, 1), 2, 2);
    const { levels } = await decodeLevels(png);
    expect([...levels]).toEqual([0, 16380, 32760, 65520]);
  });

  test('of earlier versions are read: 65535 levels, rows filtered by libpng', async () => {
    const next = random(11);
    const levels = Uint16Array.from({ length: 61 * 47 }, (_, i) => (i < 2000 ? i * 16 : 65536 * next()));
    const raw = { width: 61, height: 47, channels: 1 } as const;
    const png = await sharp(levels, { raw })
      .toColourspace('grey16')
      .png({ compressionLevel: 6, adaptiveFiltering: true })
      .toBuffer();
    const { mask } = await decodeSoftMask(png);
    expect(mask).toEqual(Float32Array.from(levels, (level) => level / 65535));
  });

  test('outside 0..1 or not a number are refused', async () => {
    await expect(encodeSoftMask(Float32Array.of(1.5), 1, 1)).rejects.toThrow(/got 1.5 at pixel 0/);
    await expect(encodeSoftMask(Float32Array.of(NaN), 1, 1)).rejects.toThrow(/got NaN/);
  });
});

describe('images', () => {
  test('of 8 bits become RGB in 0..1', async () => {
    const png = await sharp(Buffer.from([255, 0, 51, 0, 255, 102]), {
      raw: { width: 2, height: 1, channels: 3 },
    })
      .png()
      .toBuffer();
    const { rgb, width, height } = await decodeImage(png);
    expect([width, height]).toEqual([2, 1]);
    expect([...rgb]).toEqual([1, 0, 0.2, 0, 1, 0.4].map(Math.fround));
  });

  test('of 16-bit grey keep their bits', async () => {
    const levels = Uint16Array.from([0, 1, 257, 65535]);
    const png = await sharp(levels, { raw: { width: 4, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect((await inspectImage(png)).deep).toBe(true);
    const { rgb } = await decodeImage(png);
    expect([...rgb]).toEqual([...levels].flatMap((v) => [v, v, v]).map((v) => Math.fround(v / 65535)));
    expect([...(await decodeLevels(png)).levels]).toEqual([...levels]);
  });

  test('shrink by averaging', async () => {
    const pixels = Buffer.from([0, 100, 200, 100].flatMap((v) => [v, v, v]));
    const png = await sharp(pixels, { raw: { width: 2, height: 2, channels: 3 } })
      .png()
      .toBuffer();
    const { rgb } = await decodeImage(png, { width: 1, height: 1 });
    expect(rgb[0] * 255).toBeCloseTo(100, 0);
  });

  test('are known by their content', async () => {
    const jpeg = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
    expect(await inspectImage(jpeg)).toEqual({
      width: 3,
      height: 2,
      mediaType: 'image/jpeg',
      deep: false,
      grey: false,
    });
    await expect(inspectImage(Buffer.from('hello'))).rejects.toThrow(/not an image/);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>');
    await expect(inspectImage(svg)).rejects.toThrow(/this is svg/);
  });

  test('crop without loss', async () => {
    const pixels = Buffer.from(Array.from({ length: 12 }, (_, i) => i));
    const png = await sharp(pixels, { raw: { width: 4, height: 3, channels: 1 } })
      .png()
      .toBuffer();
    const { levels } = await decodeLevels(await cropImage(png, { left: 1, top: 1, width: 2, height: 2 }));
    expect([...levels]).toEqual([5, 6, 9, 10]);
  });

  test('with colours are not masks', async () => {
    const png = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await expect(decodeLevels(png)).rejects.toThrow(/has colours/);
  });
});

describe('resizing a mask', () => {
  test('takes the mean of what a pixel covers', () => {
    // worked by hand: 3 → 2 columns, each covers one and a half
    expect([...averageMask([1, 0, 0], { width: 3, height: 1 }, { width: 2, height: 1 })]).toEqual([
      Math.fround(2 / 3),
      0,
    ]);
  });

  test('keeps the mean of the whole', () => {
    const next = random(7);
    const mask = Uint8Array.from({ length: 35 * 21 }, () => (next() < 0.5 ? 1 : 0));
    const small = averageMask(mask, { width: 35, height: 21 }, { width: 16, height: 9 });
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
    // float32 sums of some hundred terms
    expect(mean(small)).toBeCloseTo(mean(mask), 5);
  });

  test('calls half an object', () => {
    const half = resizeMask(Uint8Array.of(1, 0, 0, 0), { width: 2, height: 2 }, { width: 2, height: 1 });
    expect([...half]).toEqual([1, 0]);
  });
});
