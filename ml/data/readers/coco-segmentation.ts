import { decodeCounts, polygonBorders, runBorders, type Size } from './coco-mask.ts';

/** Paints nothing yet: the borders of each part, worked out when they are asked for. */
export type Segmentation = () => Iterable<readonly number[]>;

/**
 * Understands a `segmentation`: a list of polygons (none is an empty mask), or run lengths as a list or as compressed
 * text. What is wrong is answered in words.
 */
export function readSegmentation(
  value: unknown,
  size: Size,
): { readonly segmentation: Segmentation } | { readonly problem: string } {
  if (Array.isArray(value)) return readPolygons(value, size);
  if (typeof value === 'object' && value !== null && 'counts' in value) return readRuns(value, size);
  return { problem: `expected polygons or run lengths {size, counts}, received ${shown(value)}` };
}

interface Runs {
  readonly size?: unknown;
  readonly counts: unknown;
}

function readPolygons(polygons: readonly unknown[], size: Size) {
  for (const [index, polygon] of polygons.entries()) {
    const problem = polygonProblem(polygon, size);
    if (problem) return { problem: `polygon ${index + 1} of ${polygons.length} ${problem}` };
  }
  const segmentation = () => (polygons as number[][]).map((polygon) => polygonBorders(polygon, size));
  return { segmentation };
}

/** Tools round corners outward: this far outside is still on the edge, and is cut off as pycocotools does. */
const SLACK = 1;

/** What is wrong with a polygon [x0, y0, x1, y1, …] in pixels; null where nothing is. */
export function polygonProblem(
  polygon: unknown,
  { width, height }: Size,
  slack: number = SLACK,
): string | null {
  if (!Array.isArray(polygon)) return `is no list of numbers: ${shown(polygon)}`;
  const numbers = polygon as readonly unknown[];
  const odd = numbers.find((value) => typeof value !== 'number' || !Number.isFinite(value));
  if (odd !== undefined) return `holds ${shown(odd)}, which is no number`;
  if (numbers.length % 2 === 1) return `has ${numbers.length} numbers: expected x and y in turn`;
  if (numbers.length < 6) return `has ${numbers.length / 2} corners: expected at least 3`;
  for (let at = 0; at < numbers.length; at += 2) {
    const [x, y] = [numbers[at] as number, numbers[at + 1] as number];
    const outside = x < -slack || y < -slack || x > width + slack || y > height + slack;
    if (outside) return `leaves the picture of ${width}×${height} at (${x}, ${y})`;
  }
  // An outline drawn by hand or by a program passes a pixel once or twice; the work of drawing grows with its length.
  const longest = 8 * (width + 2) * (height + 2);
  const length = outlineLength(polygon as number[]);
  return length > longest ? `has an outline of ${Math.round(length)} pixels: at most ${longest}` : null;
}

function outlineLength(polygon: readonly number[]): number {
  let length = 0;
  for (let at = 0; at < polygon.length; at += 2) {
    const next = (at + 2) % polygon.length;
    length += Math.max(Math.abs(polygon[at] - polygon[next]), Math.abs(polygon[at + 1] - polygon[next + 1]));
  }
  return length;
}

function readRuns({ size: stated, counts: given }: Runs, size: Size) {
  const { width, height } = size;
  if (!Array.isArray(stated) || stated.length !== 2 || stated[0] !== height || stated[1] !== width)
    return { problem: `size ${shown(stated)}: the image's is [${height}, ${width}] (height, width)` };
  const counts = typeof given === 'string' ? decodeCounts(given) : given;
  if (!isCounts(counts)) return { problem: `counts ${shown(given)}: these are no run lengths` };
  const sum = counts.reduce((total, count) => total + count, 0);
  if (sum !== width * height)
    return { problem: `the run lengths add up to ${sum} pixels: the image has ${width * height}` };
  return { segmentation: () => [runBorders(counts)] };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

/** A value as messages show it: not the whole of a long one. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
