import sharp from 'sharp';
import { spacingOfFile } from './file-spacing.ts';

const image = () => sharp(Buffer.alloc(6), { raw: { width: 3, height: 2, channels: 1 } });
// libvips counts pixels a millimetre.
const density = { density: 254 }; // pixels an inch: 0.1 mm

test('of a PNG and of a TIFF with a resolution', async () => {
  for (const bytes of [
    await image().withMetadata(density).png().toBuffer(),
    await image().withMetadata(density).tiff({ xres: 10, yres: 10 }).toBuffer(),
  ]) {
    const { y, x } = spacingOfFile(bytes);
    expect(y).toBeCloseTo(0.1, 4);
    expect(x).toBeCloseTo(0.1, 4);
  }
});

test('of a TIFF whose pixels are not square', async () => {
  const tiff = await image().tiff({ xres: 4, yres: 2, resolutionUnit: 'cm' }).toBuffer();
  expect(spacingOfFile(tiff)).toEqual({ y: 0.5, x: 0.25 });
});

test('a file that states none is an error', async () => {
  expect(() => spacingOfFile(Buffer.from('hello'))).toThrow(/does not state the size of a pixel/);
  const jpeg = await image().jpeg().toBuffer();
  expect(() => spacingOfFile(jpeg)).toThrow(/does not state/);
  const tiff = await image().tiff().toBuffer();
  expect(() => spacingOfFile(tiff.subarray(0, 12))).toThrow(/does not state/);
});
