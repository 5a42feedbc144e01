import type { Spacing } from '../../ml/metrics/nearest-distances.ts';

/** Height and width of an image's pixel in mm, as the import keeps them; null where they are not known. */
export function pixelSpacing({ metadata }: { readonly metadata: unknown }): Spacing | null {
  const { spacingY, spacingX } = (metadata ?? {}) as {
    readonly spacingY?: unknown;
    readonly spacingX?: unknown;
  };
  const known = [spacingY, spacingX].every((value) => typeof value === 'number' && value > 0);
  return known ? [spacingY as number, spacingX as number] : null;
}
