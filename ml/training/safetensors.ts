import { InputError } from '../errors.ts';
/**
 * The safetensors layout (github.com/huggingface/safetensors): the header's length as a little-endian 64-bit number,
 * a JSON header {name: {dtype, shape, data_offsets}}, then the values. Python opens it with
 * `safetensors.numpy.load_file(path)`. Values here are 32-bit floats.
 */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type Tensors = ReadonlyMap<string, NamedTensor>;

export interface Archive {
  readonly tensors: Tensors;
  readonly metadata: Readonly<Record<string, string>>;
}

const PREFIX = 8;
/** The layout's own bound on a header, so that a broken length does not ask for all memory. */
const LONGEST_HEADER = 100_000_000;

export function toSafetensors({ tensors, metadata }: Archive): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    if (lengthOf(shape) !== values.length) {
      throw new InputError(`tensor '${name}' of shape [${shape.join(', ')}] has ${values.length} values`);
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(text.length / 8) * 8; // data begins at a multiple of eight bytes
  const bytes = new Uint8Array(PREFIX + headerLength + offset).fill(0x20, PREFIX, PREFIX + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(text, PREFIX);
  let position = PREFIX + headerLength;
  for (const { values } of tensors.values()) {
    writeFloats(bytes, position, values);
    position += values.byteLength;
  }
  return bytes;
}

/** @throws InputError where the bytes are not a whole safetensors file of 32-bit floats. */
export function fromSafetensors(bytes: Uint8Array): Archive {
  const { header, dataStart } = readHeader(bytes);
  const tensors = new Map<string, NamedTensor>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') metadata = entry as Record<string, string>;
    else tensors.set(name, readTensor(name, entry, bytes.subarray(dataStart)));
  }
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < PREFIX) throw new InputError(`not a safetensors file: only ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > LONGEST_HEADER || PREFIX + length > bytes.length) {
    throw new InputError(
      `not a whole safetensors file: header of ${length} bytes in a file of ${bytes.length}`,
    );
  }
  const text = new TextDecoder().decode(bytes.subarray(PREFIX, PREFIX + length));
  return { header: parseHeader(text), dataStart: PREFIX + length };
}

function parseHeader(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw new InputError('not a safetensors file: its header is not JSON', { cause: error });
  }
  if (typeof header === 'object' && header !== null && !Array.isArray(header))
    return header as Record<string, unknown>;
  throw new InputError('not a safetensors file: its header is not an object');
}

function readTensor(name: string, entry: unknown, data: Uint8Array): NamedTensor {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = entry as { dtype?: string; shape?: number[]; data_offsets?: number[] };
  if (dtype !== 'F32') throw new InputError(`tensor '${name}' holds ${dtype}: expected F32`);
  if (!Array.isArray(shape) || !Array.isArray(offsets))
    throw new InputError(`tensor '${name}' lacks shape or offsets`);
  const [start, end] = offsets as [number, number];
  if (!(start >= 0) || end > data.length || end - start !== 4 * lengthOf(shape)) {
    throw new InputError(
      `tensor '${name}' of shape [${shape.join(', ')}] does not fit bytes ${start} to ${end}`,
    );
  }
  return { shape, values: readFloats(data, start, end) };
}

const lengthOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function writeFloats(bytes: Uint8Array, position: number, values: Float32Array): void {
  if (LITTLE_ENDIAN) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), position);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  values.forEach((value, i) => view.setFloat32(position + 4 * i, value, true));
}

function readFloats(data: Uint8Array, start: number, end: number): Float32Array {
  // A copy that begins at a multiple of four bytes; Buffer's own slice would share the memory and its offset.
  const copy = new Uint8Array(end - start);
  copy.set(data.subarray(start, end));
  if (LITTLE_ENDIAN) return new Float32Array(copy.buffer);
  const view = new DataView(copy.buffer);
  return Float32Array.from({ length: copy.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
