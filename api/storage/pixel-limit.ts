/** 100 megapixels: a scanned slide's overview passes, a decompression bomb does not. */
export const PIXEL_LIMIT = 100_000_000;
