import type { Dataset, DrawnMask, MaskFile, ObjectRule, Row } from '../../../ml/data/readers/reader.ts';
import { MissingFileError, readInside } from '../../../ml/data/readers/safe-path.ts';
import { InputError } from '../../../ml/errors.ts';
import { decodeLevels } from '../../storage/image-codec.ts';
import { resizeMask } from '../../storage/resize-mask.ts';

/** One rater's mask of one structure in the frame of its source: 0 or 1. */
export interface FrameMask {
  /** Positions in the dataset's lists. */
  rater: number;
  structure: number;
  mask: Uint8Array;
  width: number;
  height: number;
}

type Levels = Awaited<ReturnType<typeof decodeLevels>>;
interface Size {
  width: number;
  height: number;
}

/** All masks of a row; `image` is null where the image itself could not be read, and sizes cannot be compared. */
export async function readMasks(
  dataset: Dataset,
  row: Row,
  image: Size | null,
  report: (field: string, message: string, file?: string) => void,
): Promise<FrameMask[]> {
  const masks: FrameMask[] = [];
  for (const source of row.masks) {
    const drawn = 'draw' in source;
    const refuse = (message: string) =>
      report(source.field, message, drawn ? (source.file ?? dataset.file) : source.path);
    for (const mask of drawn
      ? await draw(dataset, source, image, refuse)
      : await read(dataset, source, refuse)) {
      const fitted = fit(dataset, mask, image, refuse);
      if (!fitted) break; // the other masks of the file have its size too
      masks.push(fitted);
    }
  }
  return masks;
}

type Refuse = (message: string) => void;

async function draw(
  dataset: Dataset,
  source: DrawnMask,
  image: Size | null,
  refuse: Refuse,
): Promise<FrameMask[]> {
  if (!image) return []; // the row fails on its image
  try {
    return [{ ...positions(dataset, source), ...(await source.draw(image)) }];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    refuse(error.message);
    return [];
  }
}

async function read(dataset: Dataset, source: MaskFile, refuse: Refuse): Promise<FrameMask[]> {
  const found = await readLevels(dataset.root, source, refuse);
  if (!found) return [];
  const { levels, ...size } = found;
  const largest = largestOf(levels);
  if (source.largest !== undefined && largest > source.largest) {
    refuse(`holds the value ${largest}: counts go from 0 to ${source.largest}`);
    return [];
  }
  return source.readings.map((reading) => ({
    ...positions(dataset, reading),
    mask: marked(levels, reading.object),
    ...size,
  }));
}

async function readLevels(root: string, source: MaskFile, refuse: Refuse): Promise<Levels | null> {
  try {
    return await decodeLevels(await readInside(root, source.path));
  } catch (error) {
    const unannotated = source.optional && error instanceof MissingFileError;
    if (!unannotated) refuse((error as Error).message);
    return null;
  }
}

/** The mask in the image's size, or null where nothing says how it would get there. */
function fit(dataset: Dataset, mask: FrameMask, image: Size | null, refuse: Refuse): FrameMask | null {
  if (!image || (mask.width === image.width && mask.height === image.height)) return mask;
  if (dataset.fit === 'window') return mask; // cut when all masks of the row are there
  if (dataset.fit === 'resample') return { ...mask, mask: resizeMask(mask.mask, mask, image), ...image };
  const sizes = `${mask.width}×${mask.height}, the image ${image.width}×${image.height}`;
  refuse(`the mask is ${sizes}; 'fit' in a manifest says what to do`);
  return null;
}

function positions(
  { raters, structures }: Dataset,
  { rater, structure }: { rater: string; structure: string },
): Pick<FrameMask, 'rater' | 'structure'> {
  return { rater: raters.findIndex(({ name }) => name === rater), structure: structures.indexOf(structure) };
}

function largestOf(levels: Levels['levels']): number {
  let largest = 0;
  for (const value of levels) if (value > largest) largest = value;
  return largest;
}

/** 1 where the value is the object. A plain loop: Uint8Array.from with a function takes many times as long. */
function marked(levels: Levels['levels'], rule: ObjectRule): Uint8Array {
  const [lowest, highest] = 'equals' in rule ? [rule.equals, rule.equals] : [rule.atLeast, Infinity];
  const mask = new Uint8Array(levels.length);
  for (let i = 0; i < mask.length; i++) mask[i] = levels[i] >= lowest && levels[i] <= highest ? 1 : 0;
  return mask;
}
