import { decodeLevels } from '../../storage/image-codec.ts';
import { resizeMask } from '../../storage/resize-mask.ts';
import type { Manifest } from '../manifest.ts';
import type { ManifestRow, MaskReference } from '../manifest-rows.ts';
import { readInside } from '../safe-path.ts';

/** One rater's mask of one structure in the frame of its file: 0 or 1. */
export interface FrameMask {
  /** Positions in the manifest's lists. */
  rater: number;
  structure: number;
  mask: Uint8Array;
  width: number;
  height: number;
}

type Report = (field: string, message: string, file?: string) => void;
type Levels = Awaited<ReturnType<typeof decodeLevels>>;
interface Size {
  width: number;
  height: number;
}

/** All masks of a row; `image` is null where the image itself could not be read, and sizes cannot be compared. */
export async function readMasks(
  manifest: Manifest,
  row: ManifestRow,
  image: Size | null,
  report: Report,
): Promise<FrameMask[]> {
  const masks: FrameMask[] = [];
  for (const reference of row.masks) {
    const levels = await readLevels(manifest, reference, report);
    if (!levels) continue;
    const fits = !image || (levels.width === image.width && levels.height === image.height);
    if (!fits && !manifest.masks.fit) {
      const sizes = `${levels.width}×${levels.height}, the image ${image.width}×${image.height}`;
      report(reference.field, `the mask is ${sizes}; 'fit' in the manifest says what to do`, reference.path);
      continue;
    }
    const separate = manifest.masks.votes ? levelSets : oneMask;
    for (const mask of separate(manifest, reference, levels, report)) {
      masks.push(image && manifest.masks.fit === 'resample' ? resampled(mask, image) : mask);
    }
  }
  return masks;
}

async function readLevels(
  manifest: Manifest,
  reference: MaskReference,
  report: Report,
): Promise<Levels | null> {
  try {
    return await decodeLevels(await readInside(manifest.root, reference.path));
  } catch (error) {
    const { message } = error as Error;
    const absent = message.startsWith('there is no file');
    if (!(absent && manifest.masks.missing === 'skip')) report(reference.field, message, reference.path);
    return null;
  }
}

function oneMask(manifest: Manifest, reference: MaskReference, { levels, ...size }: Levels): FrameMask[] {
  const rule = manifest.masks.object;
  const [lowest, highest] = 'equals' in rule ? [rule.equals, rule.equals] : [rule.atLeast, Infinity];
  const mask = between(levels, lowest, highest);
  const rater = manifest.raters.findIndex(({ name }) => name === reference.rater);
  return [{ rater, structure: manifest.structures.indexOf(reference.structure), mask, ...size }];
}

/** 'At least k of n marked it': n annotators of rising strictness. */
function levelSets(
  manifest: Manifest,
  reference: MaskReference,
  { levels, ...size }: Levels,
  report: Report,
): FrameMask[] {
  const votes = manifest.masks.votes!;
  let most = 0;
  for (const value of levels) if (value > most) most = value;
  if (most > votes) {
    report(reference.field, `holds the value ${most}: counts go from 0 to ${votes}`, reference.path);
    return [];
  }
  const structure = manifest.structures.indexOf(reference.structure);
  return manifest.raters.map((rater, index) => {
    const mask = between(levels, rater.votes!, Infinity);
    return { rater: index, structure, mask, ...size };
  });
}

function resampled(mask: FrameMask, { width, height }: Size): FrameMask {
  return { ...mask, mask: resizeMask(mask.mask, mask, { width, height }), width, height };
}

/** 1 where lowest ≤ value ≤ highest. A plain loop: Uint8Array.from with a function takes many times as long. */
function between(levels: Levels['levels'], lowest: number, highest: number): Uint8Array {
  const mask = new Uint8Array(levels.length);
  for (let i = 0; i < mask.length; i++) mask[i] = levels[i] >= lowest && levels[i] <= highest ? 1 : 0;
  return mask;
}
