import { writeFile } from 'node:fs/promises';

export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Named float32 arrays as one file that a peer in any language reads with a few lines: the length of the header in
 * eight bytes (little-endian), the header as JSON {name: {shape, offset}} with offsets in values, then the values.
 */
export async function writeTensorFile(file: string, arrays: ReadonlyMap<string, NamedArray>): Promise<void> {
  let offset = 0;
  const header: Record<string, { shape: readonly number[]; offset: number }> = {};
  for (const [name, { shape, values }] of arrays) {
    header[name] = { shape, offset };
    offset += values.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const bodies = [...arrays.values()].map(({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  await writeFile(file, Buffer.concat([length, text, ...bodies]));
}
