import { randomBytes } from 'node:crypto';

let last = 0;
let sequence = 0;

/**
 * UUID version 7 (RFC 9562): begins with the time, so ids sort in the order of making and indexes grow at their end.
 * For rows written by hand-made SQL; Prisma makes its own alike.
 */
export function newId(): string {
  const now = Math.max(Date.now(), last);
  sequence = now === last ? sequence + 1 : 0;
  // The 12 bits after the version count the ids of one millisecond; when they are used up, time runs ahead.
  last = sequence > 0xfff ? now + 1 : now;
  if (sequence > 0xfff) sequence = 0;
  const bytes = randomBytes(16);
  bytes.writeUIntBE(last, 0, 6);
  bytes.writeUInt16BE(0x7000 | sequence, 6);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
