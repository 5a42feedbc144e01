import type { Size } from '../../ml/data/frame.ts';
import { InputError } from '../../ml/errors.ts';

interface Stored {
  readonly path: string;
  readonly width: number | null;
  readonly height: number | null;
}

/** Width and height of an image, in pixels. @throws InputError for one of which only diagnoses are known. */
export function imageSize({ path, width, height }: Stored): Size {
  if (width === null || height === null)
    throw new InputError(`image '${path}' has neither a picture nor masks`);
  return { width, height };
}
