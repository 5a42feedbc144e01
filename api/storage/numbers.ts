export type Numbers =
  Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** The numbers of an image file as they stand in it: no colour profile, gamma or window has touched them. */
export interface Samples {
  /** [height, width, channels] */
  values: Numbers;
  width: number;
  height: number;
  /** The colours, 1 or 3, and the transparency where there is one. */
  channels: number;
  alpha: boolean;
  /** Of one number in the file. */
  bits: number;
  /** Colours by number, red, green, blue in 0–255: the values are numbers of colours. */
  palette?: Uint8Array;
  /** 0 is white, as fax machines count. */
  whiteIsZero?: boolean;
  /** Compression has changed the numbers. */
  lossy: boolean;
}
