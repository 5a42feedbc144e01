import { fromSafetensors, toSafetensors } from './safetensors.ts';

const archive = {
  tensors: new Map([
    ['a', { shape: [2, 2], values: Float32Array.of(1, -2, 0.5, 3e-8) }],
    ['b', { shape: [], values: Float32Array.of(7) }],
  ]),
  metadata: { format: 'test' },
};

/** A file by the format's public description, made by hand. */
function byHand(header: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), data]);
}

const ONE_AND_MINUS_TWO = Buffer.from('0000803f000000c0', 'hex'); // 1.0 and −2.0, IEEE 754, little-endian

test('gives back names, shapes, values and metadata', () => {
  expect(fromSafetensors(toSafetensors(archive))).toEqual(archive);
});

test('reads a file made by hand, at any offset in memory', () => {
  const header = '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
  const shifted = Buffer.concat([Buffer.of(0), byHand(header, ONE_AND_MINUS_TWO)]).subarray(1);
  expect(fromSafetensors(shifted).tensors.get('x')).toEqual({ shape: [2], values: Float32Array.of(1, -2) });
});

test('writes length, header and values as the format says', () => {
  const bytes = Buffer.from(
    toSafetensors({
      tensors: new Map([['x', { shape: [2], values: Float32Array.of(1, -2) }]]),
      metadata: {},
    }),
  );
  const length = Number(bytes.readBigUInt64LE(0));
  expect(length % 8).toBe(0);
  expect(JSON.parse(bytes.toString('utf8', 8, 8 + length))).toEqual({
    __metadata__: {},
    x: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
  });
  expect(bytes.subarray(8 + length)).toEqual(ONE_AND_MINUS_TWO);
});

test.each([
  ['too few bytes', Buffer.alloc(3), /only 3 bytes/],
  ['a header longer than the file', Buffer.alloc(8, 1), /not a whole safetensors file/],
  ['a header that is not JSON', byHand('nonsense', Buffer.alloc(0)), /not JSON/],
  [
    'another kind of number',
    byHand('{"x":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}', ONE_AND_MINUS_TWO),
    /I64/,
  ],
  [
    'values that are cut off',
    byHand('{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}', ONE_AND_MINUS_TWO),
    /does not fit bytes 0 to 12/,
  ],
])('refuses %s', (_, bytes, message) => {
  expect(() => fromSafetensors(bytes)).toThrow(message);
});
