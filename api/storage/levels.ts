import type { Numbers, Samples } from './numbers.ts';
import { readSamples } from './samples.ts';

/** The numbers of a mask: labels, counts or shares, one a pixel. */
export interface Levels {
  /** [height, width] */
  levels: Numbers;
  width: number;
  height: number;
  /** The largest number that such a file can hold, where there is a bound that readers expect: 3 of two bits. */
  bound: number;
  /** Compression has changed the numbers. */
  lossy: boolean;
}

/**
 * The numbers of an image of labels or counts (docs/formats.md): grey values as the file has them, the numbers of a
 * palette's colours, or the shades of a palette of greys. One bit is black and white: 0 and 255.
 * @throws TypeError where the file does not hold one number a pixel.
 */
export async function decodeLevels(bytes: Buffer): Promise<Levels> {
  const samples = await readSamples(bytes);
  const levels = numbersOf(samples);
  return {
    levels,
    width: samples.width,
    height: samples.height,
    bound: samples.bits < 8 && samples.bits > 1 ? 2 ** samples.bits - 1 : Infinity,
    lossy: samples.lossy,
  };
}

function numbersOf(samples: Samples): Numbers {
  const { palette, bits } = samples;
  const values = oneChannel(samples);
  if (palette) return hasColours(palette) ? values : values.map((index) => palette[3 * index] ?? 0);
  if (samples.whiteIsZero)
    throw new TypeError(
      'its numbers count from white (WhiteIsZero), and programs read them in two ways: save it with 0 as black',
    );
  if (bits === 1) return values.map((value) => (value ? 255 : 0));
  refuseNonNumbers(values);
  return values;
}

function oneChannel(samples: Samples): Numbers {
  const { values, width, height, channels, alpha } = samples;
  if (channels === 1) return values;
  const colours = channels - (alpha ? 1 : 0);
  const levels = values.slice(0, width * height);
  for (let i = 0; i < levels.length; i++) {
    const value = values[i * channels];
    for (let c = 1; c < colours; c++) {
      if (values[i * channels + c] !== value)
        throw new TypeError('a mask is grey: this file has colours without a palette of labels');
    }
    levels[i] = value;
  }
  if (alpha) refuseSpeakingAlpha(levels, samples);
  return levels;
}

/** Transparency is dropped where it follows from the colour; where it says more, a mask may be hidden in it. */
function refuseSpeakingAlpha(levels: Numbers, { values, channels }: Samples): void {
  const seen = new Map<number, number>();
  for (let i = 0; i < levels.length; i++) {
    const alpha = values[i * channels + channels - 1];
    const before = seen.get(levels[i]);
    if (before === undefined) seen.set(levels[i], alpha);
    else if (before !== alpha)
      throw new TypeError(
        `pixels of the value ${levels[i]} differ in transparency: the mask may be in either, so save it without transparency`,
      );
  }
}

function hasColours(palette: Uint8Array): boolean {
  for (let i = 0; i + 2 < palette.length; i += 3)
    if (palette[i] !== palette[i + 1] || palette[i] !== palette[i + 2]) return true;
  return false;
}

function refuseNonNumbers(values: Numbers): void {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return;
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new TypeError(`holds ${values[i]}: a mask has a number at each pixel`);
}
