import { describeRule } from '../../../ml/data/readers/object-rule.ts';
import type { ObjectRule } from '../../../ml/data/readers/reader.ts';
import { InputError } from '../../../ml/errors.ts';
import type { Levels } from '../../storage/levels.ts';

type Numbers = Levels['levels'];

/**
 * 1 where the value is the object: [height, width].
 * @throws InputError where no rule is given and the values are no labels, or where none that the file can hold is the object.
 */
export function markObject({ levels, bound }: Levels, rule?: ObjectRule): Uint8Array {
  if (!rule) refuseOtherThanLabels(levels);
  const given = rule ?? { atLeast: 1 };
  if (isBeyond(given, bound))
    throw new InputError(
      `its values go from 0 to ${bound}: none is the object (${describeRule(given)}), see 'masks.object' in a manifest`,
    );
  const { equals } = given;
  return equals === undefined ? within(levels, given) : marked(levels, new Set([equals].flat()));
}

/** Shares and signed numbers mean what their maker says: a guess would leave out most of an object. */
function refuseOtherThanLabels(levels: Numbers): void {
  if (levels instanceof Uint8Array || levels instanceof Uint16Array || levels instanceof Uint32Array) return;
  for (const value of levels as Iterable<number>) {
    if (value >= 0 && Number.isInteger(value)) continue;
    throw new InputError(
      `holds ${shown(value)}: 'masks.object' in a manifest says which values are the object, for example {"atLeast": 0.5}`,
    );
  }
}

/** At most seven digits, as many as 32 bits keep. */
export const shown = (value: number): string => String(Number(value.toPrecision(7)));

function isBeyond({ equals, atLeast = -Infinity }: ObjectRule, bound: number): boolean {
  return (equals === undefined ? atLeast : Math.min(...[equals].flat())) > bound;
}

function marked(levels: Numbers, objects: ReadonlySet<number>): Uint8Array {
  const mask = new Uint8Array(levels.length);
  const [only] = objects;
  if (objects.size === 1) for (let i = 0; i < mask.length; i++) mask[i] = levels[i] === only ? 1 : 0;
  else for (let i = 0; i < mask.length; i++) mask[i] = objects.has(levels[i]) ? 1 : 0;
  return mask;
}

/** A plain loop: Uint8Array.from with a function takes many times as long. */
function within(
  levels: Numbers,
  { atLeast = -Infinity, atMost = Infinity }: { atLeast?: number; atMost?: number },
) {
  const mask = new Uint8Array(levels.length);
  for (let i = 0; i < mask.length; i++) mask[i] = levels[i] >= atLeast && levels[i] <= atMost ? 1 : 0;
  return mask;
}
