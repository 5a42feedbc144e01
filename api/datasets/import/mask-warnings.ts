import type { MaskFile } from '../../../ml/data/readers/reader.ts';
import type { Levels } from '../../storage/levels.ts';
import { shown } from './mark-object.ts';

/** So many values are named. */
const named = 5;

/** What is odd about a mask file but may be meant so. */
export function fileWarnings({ levels, lossy }: Levels, { readings, largest }: MaskFile): string[] {
  const warnings: string[] = [];
  if (lossy)
    warnings.push(
      "compression with loss (JPEG) has changed its numbers near edges: see 'masks.object' in a manifest",
    );
  const undeclared = largest === undefined && readings.some(({ object }) => object === undefined);
  if (undeclared && !lossy) {
    const values = distinct(levels, named + 1);
    if (values.length > 2)
      warnings.push(`holds more than two values (${listed(values)}): all but 0 are the object`);
  }
  return warnings;
}

/** A mask that says nothing: what is right for some images, and a wrong setting for all of them. */
export function maskWarning(mask: Uint8Array): string | null {
  const first = mask[0];
  if (mask.some((value) => value !== first)) return null;
  return first === 1 ? 'every pixel is the object' : 'no pixel is the object';
}

function distinct(levels: Levels['levels'], limit: number): number[] {
  const seen = new Set<number>();
  for (let i = 0; i < levels.length && seen.size < limit; i++) seen.add(levels[i]);
  return [...seen].sort((a, b) => a - b);
}

const listed = (values: readonly number[]): string =>
  values.slice(0, named).map(shown).join(', ') + (values.length > named ? ', …' : '');
