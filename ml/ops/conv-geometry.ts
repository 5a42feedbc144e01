import type * as tf from '@tensorflow/tfjs';

/** 'same' pads as TensorFlow does (more at the end), a number pads that many pixels on each side. */
export type Padding = 'same' | 'valid' | number;

export interface ConvOptions {
  readonly stride?: number;
  readonly padding?: Padding;
  readonly dilation?: number;
}

/** Sizes of one convolution; `pads` is [top, bottom, left, right]. */
export interface ConvGeometry {
  readonly inShape: [number, number, number, number]; // [batch, h, w, in]
  readonly filterShape: [number, number, number, number]; // [k, k, in, out]
  readonly outShape: [number, number, number, number]; // [batch, h', w', out]
  readonly stride: number;
  readonly dilation: number;
  readonly padding: Padding;
  readonly pads: readonly [number, number, number, number];
}

export function convGeometry(
  inShape: tf.Tensor4D['shape'],
  filterShape: tf.Tensor4D['shape'],
  { stride = 1, padding = 'same', dilation = 1 }: ConvOptions,
): ConvGeometry {
  if (inShape[3] !== filterShape[2]) {
    throw new RangeError(
      `conv2d: input [${inShape.join(', ')}] has not the channels of the filter [${filterShape.join(', ')}]`,
    );
  }
  const [batch, height, width] = inShape;
  const rows = axis(height, filterShape[0], stride, padding, dilation);
  const columns = axis(width, filterShape[1], stride, padding, dilation);
  if (rows.size < 1 || columns.size < 1) {
    throw new RangeError(
      `conv2d: filter [${filterShape.join(', ')}] is larger than the input [${inShape.join(', ')}]`,
    );
  }
  return {
    inShape,
    filterShape,
    outShape: [batch, rows.size, columns.size, filterShape[3]],
    stride,
    dilation,
    padding,
    pads: [rows.before, rows.after, columns.before, columns.after],
  };
}

/** A filter of one pixel that moves by one pixel: the convolution is a plain matrix product. */
export function isProduct({ filterShape, stride, pads }: ConvGeometry): boolean {
  return filterShape[0] === 1 && filterShape[1] === 1 && stride === 1 && pads.every((pad) => pad === 0);
}

function axis(size: number, filter: number, stride: number, padding: Padding, dilation: number) {
  const extent = (filter - 1) * dilation + 1;
  if (padding === 'same') {
    const out = Math.ceil(size / stride);
    const total = Math.max(0, (out - 1) * stride + extent - size);
    const before = Math.floor(total / 2);
    return { size: out, before, after: total - before };
  }
  const pad = padding === 'valid' ? 0 : padding;
  return { size: Math.floor((size + 2 * pad - extent) / stride) + 1, before: pad, after: pad };
}
