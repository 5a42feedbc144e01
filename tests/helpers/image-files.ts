import { crc32, deflateSync } from 'node:zlib';

/** Writers of image files as no library here writes them: odd depths, profiles, sample formats. */

interface Png {
  width: number;
  height: number;
  /** Bits a sample. */
  depth?: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey and transparency, 6 colour and transparency. */
  type?: number;
  /** A row after the other. */
  samples: readonly number[];
  /** Further chunks, before the pixels. */
  chunks?: readonly (readonly [string, Buffer])[];
}

export function pngFile({ width, height, depth = 8, type = 0, samples, chunks = [] }: Png): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = depth;
  header[9] = type;
  const perRow = samples.length / height;
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...packed(samples.slice(y * perRow, (y + 1) * perRow), depth),
  ]);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    pngChunk('IHDR', header),
    ...chunks.map(([name, data]) => pngChunk(name, data)),
    pngChunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** Samples of 1 to 16 bits as bytes, the first in the highest bits. */
function packed(samples: readonly number[], bits: number): number[] {
  if (bits === 16) return samples.flatMap((value) => [value >> 8, value & 255]);
  const bytes: number[] = Array<number>(Math.ceil((samples.length * bits) / 8)).fill(0);
  samples.forEach((value, i) => (bytes[(i * bits) >> 3] |= value << (8 - bits - ((i * bits) & 7))));
  return bytes;
}

/** An iCCP chunk with a grey profile of this gamma. */
export function greyProfile(gamma: number): readonly [string, Buffer] {
  const text = (kind: string, words: string) => padded(Buffer.from(`${kind}\0\0\0\0${words}\0`, 'latin1'));
  const curve = Buffer.alloc(14);
  curve.write('curv', 0);
  curve.writeUInt32BE(1, 8);
  curve.writeUInt16BE(Math.round(gamma * 256), 12);
  const white = Buffer.alloc(20);
  white.write('XYZ ', 0);
  [0.9642, 1, 0.8249].forEach((value, i) => white.writeInt32BE(Math.round(value * 65536), 8 + 4 * i));
  const description = Buffer.concat([
    Buffer.from('desc\0\0\0\0\0\0\0\x05grey\0', 'latin1'),
    Buffer.alloc(78),
  ]);
  const tags: [string, Buffer][] = [
    ['desc', padded(description)],
    ['cprt', text('text', 'none')],
    ['wtpt', white],
    ['kTRC', padded(curve)],
  ];
  let offset = 132 + 12 * tags.length;
  const directory = tags.map(([name, data]) => {
    const entry = Buffer.alloc(12);
    entry.write(name, 0);
    entry.writeUInt32BE(offset, 4);
    entry.writeUInt32BE(data.length, 8);
    offset += data.length;
    return entry;
  });
  const head = Buffer.alloc(132);
  head.writeUInt32BE(offset, 0);
  head.writeUInt32BE(0x02400000, 8);
  head.write('mntrGRAYXYZ ', 12);
  head.writeUInt16BE(2020, 24);
  head.writeUInt16BE(1, 26);
  head.writeUInt16BE(1, 28);
  head.write('acsp', 36);
  [0.9642, 1, 0.8249].forEach((value, i) => head.writeInt32BE(Math.round(value * 65536), 68 + 4 * i));
  head.writeUInt32BE(tags.length, 128);
  const profile = Buffer.concat([head, ...directory, ...tags.map(([, data]) => data)]);
  return ['iCCP', Buffer.concat([Buffer.from('grey\0\0', 'latin1'), deflateSync(profile)])];
}

const padded = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);

type Samples =
  Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

interface Tiff {
  width: number;
  height: number;
  samples: Samples;
  /** 0 white is 0, 1 black is 0, 2 colour, 5 ink. */
  photometric?: number;
  samplesPerPixel?: number;
  orientation?: number;
  /** Left out: that of the array. */
  bits?: number;
  /** 1 unsigned, 2 signed, 3 float, 6 complex. Left out: that of the array. */
  format?: number;
  compression?: number;
}

/** Little-endian, one strip. */
export function tiffFile(tiff: Tiff): Buffer {
  const {
    width,
    height,
    samples,
    photometric = 1,
    samplesPerPixel = 1,
    orientation = 1,
    compression = 1,
  } = tiff;
  const own = /^(Ui|I|F).*?(\d+)Array$/.exec(samples.constructor.name)!;
  const bits = tiff.bits ?? Number(own[2]);
  const format = tiff.format ?? { Ui: 1, I: 2, F: 3 }[own[1]]!;
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const short = 3;
  const long = 4;
  const tags: [number, number, number][] = [
    [256, short, width],
    [257, short, height],
    [258, short, bits],
    [259, short, compression],
    [262, short, photometric],
    [273, long, 0],
    [274, short, orientation],
    [277, short, samplesPerPixel],
    [278, short, height],
    [279, long, data.length],
    [284, short, 1],
    [339, short, format],
  ];
  const dataAt = 8 + 2 + 12 * tags.length + 4;
  tags.find(([tag]) => tag === 273)![2] = dataAt;
  const head = Buffer.alloc(dataAt);
  head.write('II', 0);
  head.writeUInt16LE(42, 2);
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag, type, value], i) => {
    const at = 10 + 12 * i;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(1, at + 4);
    head.writeUInt32LE(value, at + 8);
  });
  return Buffer.concat([head, data]);
}
