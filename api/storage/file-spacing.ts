/** Height and width of a pixel in millimetres. */
export interface Spacing {
  readonly y: number;
  readonly x: number;
}

/**
 * The size of a pixel that an image file states: the chunk pHYs of a PNG, the resolution of a TIFF. Many programs write
 * 72 or 96 pixels an inch into every file, so it must only be asked for where a file's word is known to be true.
 * @throws TypeError that says what is missing.
 */
export function spacingOfFile(bytes: Buffer): Spacing {
  const spacing = isPng(bytes) ? ofPng(bytes) : isTiff(bytes) ? ofTiff(bytes) : null;
  if (!spacing)
    throw new TypeError(
      'the file does not state the size of a pixel (PNG with pHYs in metres, TIFF with a resolution in inches or centimetres)',
    );
  return spacing;
}

const isPng = (bytes: Buffer): boolean => bytes.length > 8 && bytes.toString('latin1', 1, 4) === 'PNG';
const isTiff = (bytes: Buffer): boolean => ['II*\0', 'MM\0*'].includes(bytes.toString('latin1', 0, 4));

const METRE = 1;

/** pHYs: pixels per unit across and down, and the unit (PNG, 11.3.4.3). It stands before the pixels. */
function ofPng(bytes: Buffer): Spacing | null {
  for (let at = 8; at + 12 <= bytes.length;) {
    const [length, type] = [bytes.readUInt32BE(at), bytes.toString('latin1', at + 4, at + 8)];
    if (type === 'IDAT') return null;
    if (type === 'pHYs' && length === 9 && at + 21 <= bytes.length) {
      const [x, y, unit] = [bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12), bytes[at + 16]];
      return unit === METRE && x > 0 && y > 0 ? { y: 1000 / y, x: 1000 / x } : null;
    }
    at += length + 12;
  }
  return null;
}

/** Tags of TIFF 6.0: XResolution, YResolution, ResolutionUnit. */
const [X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT] = [282, 283, 296];
/** Millimetres in the units 2 and 3; where no unit is given it is the inch. */
const MILLIMETRES: Readonly<Record<number, number>> = { 2: 25.4, 3: 10 };

function ofTiff(bytes: Buffer): Spacing | null {
  const little = bytes[0] === 0x49;
  const short = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const found = new Map<number, number>();
  try {
    const directory = long(4);
    for (let k = 0; k < short(directory); k++) {
      const entry = directory + 2 + 12 * k;
      const tag = short(entry);
      if (tag === RESOLUTION_UNIT) found.set(tag, short(entry + 8));
      // A rational: two whole numbers, where the entry points to.
      if (tag === X_RESOLUTION || tag === Y_RESOLUTION)
        found.set(tag, long(long(entry + 8)) / long(long(entry + 8) + 4));
    }
  } catch {
    return null; // an offset outside of the file
  }
  const unit = MILLIMETRES[found.get(RESOLUTION_UNIT) ?? 2];
  const [x, y] = [found.get(X_RESOLUTION), found.get(Y_RESOLUTION)];
  if (!unit || !isPositive(x) || !isPositive(y)) return null;
  return { y: unit / y, x: unit / x };
}

const isPositive = (value: number | undefined): value is number =>
  value !== undefined && value > 0 && Number.isFinite(value);
