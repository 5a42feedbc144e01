import { crc32 } from 'node:zlib';

const header = { at: 16, bits: 8, colourType: 9, length: 13 };
const dropped = ['PLTE', 'tRNS', 'bKGD', 'hIST', 'iCCP', 'sRGB', 'gAMA', 'cHRM', 'sBIT'];

/**
 * A PNG with a palette as a grey one, whose values are the numbers of the colours; and the palette. Both kinds lay
 * their samples out alike (PNG specification, 7.2), so only the header changes.
 * @throws TypeError where the file has no palette.
 */
export function greyPngOf(bytes: Buffer): { png: Buffer; palette: Uint8Array } {
  const head = Buffer.from(bytes.subarray(0, header.at + header.length + 4));
  head[header.at + header.colourType] = 0;
  head.writeUInt32BE(
    crc32(head.subarray(header.at - 4, header.at + header.length)),
    header.at + header.length,
  );
  const parts: Buffer[] = [head];
  let palette: Uint8Array | null = null;
  for (let at = head.length; at + 12 <= bytes.length;) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (name === 'PLTE') palette = bytes.subarray(at + 8, end - 4);
    if (!dropped.includes(name)) parts.push(bytes.subarray(at, end));
    at = end;
  }
  if (!palette) throw new TypeError('the image is damaged (it has no palette)');
  return { png: Buffer.concat(parts), palette };
}
