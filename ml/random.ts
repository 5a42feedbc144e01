/**
 * Seeded random numbers: the only source of chance in ml. A stream is named by its keys, so that independent
 * things (one weight, one image, one epoch) draw from independent streams and none depends on the order of others.
 *
 * Generator: xoshiro128++ (Blackman and Vigna, Scrambled linear pseudorandom number generators, ACM TOMS 2021),
 * its state filled by a splitmix sequence from an FNV-1a hash of the keys.
 */

/** Draws the next number, uniform in [0, 1). */
export type Random = () => number;

const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** FNV-1a over the characters of the keys; two starting values give 64 bits. */
function hash(text: string, offset: number): number {
  let h = offset;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Splitmix32: spreads a seed over the words of a state. */
function spread(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) | 0;
  };
}

/** A stream for these keys: equal keys, equal numbers. JSON keeps ('a', 'bc') apart from ('ab', 'c'), and 1 from '1'. */
export function createRandom(...keys: readonly (number | string)[]): Random {
  if (keys.length === 0) throw new RangeError('a random stream needs at least one key');
  const text = JSON.stringify(keys);
  const first = spread(hash(text, 0x811c9dc5));
  const second = spread(hash(text, 0x5bd1e995));
  // Odd so that the all-zero state, in which the generator would stay, cannot occur.
  let [a, b, c, d] = [first() | 1, second(), first(), second()];
  return () => {
    const sum = (a + d) | 0;
    const result = (rotate(sum, 7) + a) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result / 4294967296;
  };
}

/** A draw from the standard normal distribution (Box and Muller 1958). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** An integer in [0, below). */
export function integer(random: Random, below: number): number {
  return Math.floor(random() * below);
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = integer(random, i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
