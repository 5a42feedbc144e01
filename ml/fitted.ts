import { fromSafetensors, toSafetensors, type NamedTensor } from './training/safetensors.ts';
import { InputError } from './errors.ts';

/**
 * What a fusion or a fitted model has learned from the training split: plain numbers by name, so that there is nothing to
 * dispose of. What belongs to a rater stands under the rater's name, so that the order of raters does not matter.
 */
export interface Fitted {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

const FORMAT = 'consilium-fitted-1';

/** @param method name of the fusion or model whose state it is, kept so that no other takes it for its own */
export function fittedToBytes(method: string, { tensors }: Fitted): Uint8Array {
  return toSafetensors({ tensors, metadata: { format: FORMAT, method } });
}

/** @throws InputError where the bytes are not the fitted state of this method. */
export function fittedFromBytes(method: string, bytes: Uint8Array): Fitted {
  const { tensors, metadata } = fromSafetensors(bytes);
  if (metadata.format === FORMAT && metadata.method === method) return { tensors };
  throw new InputError(
    `not a fitted '${method}': format '${metadata.format ?? 'unknown'}' of '${metadata.method ?? 'unknown'}'`,
  );
}

/** @throws InputError where it was not fitted first. */
export function requireFitted(method: string, fitted: Fitted | undefined): Fitted {
  if (fitted) return fitted;
  throw new InputError(
    `'${method}' learns from training images: fit it first, then fuse with what it learned`,
  );
}

export function requireTensor({ tensors }: Fitted, name: string): NamedTensor {
  const tensor = tensors.get(name);
  if (tensor) return tensor;
  throw new InputError(`the fitted state lacks '${name}': it has ${[...tensors.keys()].join(', ')}`);
}
