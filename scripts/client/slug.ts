import { createHash } from 'node:crypto';

/** A file's name may have 255 bytes, and other words stand beside this one. */
const maximumBytes = 100;

/**
 * A name as part of a file's name, in any script. What differs only in case, or in spaces and hyphens, gets the same;
 * where more is lost, a piece of the name's hash keeps it apart from others.
 */
export function slug(name: string): string {
  const plain = name.normalize('NFC').toLowerCase();
  const words = plain.replace(/[^\p{L}\p{M}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
  const kept = words === plain.replace(/[\s_-]+/g, '-').replace(/^-|-$/g, '');
  if (words !== '' && kept && Buffer.byteLength(words) <= maximumBytes) return words;
  return withHash(name, words);
}

/** The names as parts of files' names, each different from the others. */
export function slugs(names: readonly string[]): string[] {
  const plain = names.map(slug);
  return plain.map((one, index) =>
    plain.some((other, at) => at !== index && other === one) ? withHash(names[index], one) : one,
  );
}

function withHash(name: string, words: string): string {
  let short = words;
  while (Buffer.byteLength(short) > maximumBytes) short = [...short].slice(0, -1).join('');
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return short === '' ? hash : `${short}-${hash}`;
}
