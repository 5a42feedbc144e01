export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * How an image lies in the square that networks work at: scaled by one factor, so that circles stay circles, and padded
 * with zeros on the shorter sides. In pixels of the square.
 */
export interface Frame extends Size {
  readonly side: number;
  readonly left: number;
  readonly top: number;
}

/** The image fills the square's longer direction and lies in its middle. Sizes are whole pixels, one at least. */
export function frameOf({ width, height }: Size, side: number): Frame {
  const longer = Math.max(width, height);
  const inside = { width: scaled(width, side, longer), height: scaled(height, side, longer) };
  const left = Math.floor((side - inside.width) / 2);
  const top = Math.floor((side - inside.height) / 2);
  return { side, left, top, ...inside };
}

const scaled = (length: number, side: number, longer: number): number =>
  Math.max(1, Math.round((length * side) / longer));

/**
 * Writes a picture of the image's part of the frame to its place: values [h, w, channels] into every `stride`-th channel
 * of a square [side, side, stride], from channel `first` on.
 */
export function placeInFrame(
  values: ArrayLike<number>,
  { side, left, top, width, height }: Frame,
  into: { readonly square: Float32Array | Uint8Array; readonly stride: number; readonly first?: number },
): void {
  const { square, stride, first = 0 } = into;
  const channels = values.length / (width * height);
  for (let y = 0, from = 0; y < height; y++) {
    let to = ((top + y) * side + left) * stride + first;
    for (let x = 0; x < width; x++, to += stride)
      for (let c = 0; c < channels; c++) square[to + c] = values[from++];
  }
}

/** The image's part of one channel of a square [side, side, channels]: [h, w]. */
export function cutFromFrame(
  square: Float32Array,
  { side, left, top, width, height }: Frame,
  channel: number,
  channels: number,
): Float32Array {
  const plane = new Float32Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    let from = ((top + y) * side + left) * channels + channel;
    for (let x = 0; x < width; x++, from += channels) plane[to++] = square[from];
  }
  return plane;
}
