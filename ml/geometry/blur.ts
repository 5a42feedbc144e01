interface BlurOptions {
  readonly height: number;
  readonly width: number;
  /** Standard deviation in pixels. */
  readonly sigma: number;
}

/** Gaussian blur of one plane [h, w], cut at three sigmas; at the border the mean is over what lies in the image. */
export function blur(plane: Float32Array, { height, width, sigma }: BlurOptions): Float32Array {
  const radius = Math.ceil(3 * sigma);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma ** 2)),
  );
  const rows = blurLines(plane, kernel, { lines: height, length: width, line: width, step: 1 });
  return blurLines(rows, kernel, { lines: width, length: height, line: 1, step: width });
}

interface Lines {
  readonly lines: number;
  readonly length: number;
  /** From one line to the next, and from one pixel of a line to the next, in values. */
  readonly line: number;
  readonly step: number;
}

function blurLines(
  plane: Float32Array,
  kernel: Float64Array,
  { lines, length, line, step }: Lines,
): Float32Array {
  const radius = (kernel.length - 1) / 2;
  const blurred = new Float32Array(plane.length);
  for (let k = 0; k < lines; k++) {
    for (let at = 0; at < length; at++) {
      let [sum, weight] = [0, 0];
      const last = Math.min(length - 1, at + radius);
      for (let from = Math.max(0, at - radius); from <= last; from++) {
        const factor = kernel[from - at + radius];
        sum += factor * plane[k * line + from * step];
        weight += factor;
      }
      blurred[k * line + at * step] = sum / weight;
    }
  }
  return blurred;
}
