/** Area average to another size: [height, width] to [toHeight, toWidth]; a target pixel is the mean of what it covers. */
export function averageMask(
  mask: ArrayLike<number>,
  from: { width: number; height: number },
  to: { width: number; height: number },
): Float32Array {
  const wide = averageAxis(mask, from.height, from.width, 1, to.width); // [height, toWidth]
  return averageAxis(wide, 1, from.height, to.width, to.height);
}

/** Binary to binary: a target pixel is object where at least half of what it covers is. */
export function resizeMask(
  mask: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
): Uint8Array {
  if (from.width === to.width && from.height === to.height) return mask;
  const shares = averageMask(mask, from, to);
  const out = new Uint8Array(shares.length);
  // The sums of fractions may miss an exact half by rounding: a hair below still counts as half.
  for (let i = 0; i < out.length; i++) out[i] = shares[i] >= 0.5 - 1e-6 ? 1 : 0;
  return out;
}

/** Averages the middle axis of [outer, from, inner] to [outer, to, inner]. */
function averageAxis(
  values: ArrayLike<number>,
  outer: number,
  from: number,
  inner: number,
  to: number,
): Float32Array {
  const out = new Float32Array(outer * to * inner);
  const ratio = from / to;
  for (let t = 0; t < to; t++) {
    const start = t * ratio;
    const end = Math.min(from, start + ratio);
    for (let f = Math.floor(start); f < end; f++) {
      const share = (Math.min(f + 1, end) - Math.max(f, start)) / ratio;
      for (let o = 0; o < outer; o++) {
        const source = (o * from + f) * inner;
        const target = (o * to + t) * inner;
        for (let i = 0; i < inner; i++) out[target + i] += share * values[source + i];
      }
    }
  }
  return out;
}
