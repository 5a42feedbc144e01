import * as tf from '@tensorflow/tfjs';
import type { BackendName } from '../backend.ts';
import { check, type Case, type Found } from './check.ts';
import { elementwise } from './elementwise.ts';
import { KNOWN, SPOILS } from './known.ts';
import { products } from './products.ts';
import { shapes } from './shapes.ts';

const groups: [string, readonly Case[]][] = [
  ['values', elementwise],
  ['shapes', shapes],
  ['products', products],
];

/** Rounding of the differences that gradients are held to. */
const DIFFERENCES = 1e-6;

const isRight = ({ shape, value, gradient }: Found, { tolerance }: Case): boolean =>
  shape === undefined && value <= tolerance && gradient <= Math.max(tolerance, DIFFERENCES);

/** Every case on the backend that is loaded. Where it is known to be wrong, it must be: else the line in known.ts goes. */
export function describeConformance(backend: BackendName): void {
  describe.each(groups)('%s', (_, cases) => {
    const run = cases.filter(({ name }) => !SPOILS[backend]?.[name]);
    test.each(run.map((one): [string, Case] => [one.name, one]))('%s', (name, one) => {
      expect(tf.getBackend()).toBe(backend);
      const outcome = outcomeOf(one);
      const known = KNOWN[backend]?.[name];
      if (known) return expect([known, outcome]).not.toEqual([known, 'right']);
      expect(outcome).toBe('right');
    });
  });
}

/** 'right', or what was found instead. */
function outcomeOf(one: Case): string {
  let found: Found;
  try {
    found = check(one);
  } catch (error) {
    return one.mayRefuse ? 'right' : String(error);
  }
  return isRight(found, one)
    ? 'right'
    : `off by ${found.value}, its gradient by ${found.gradient} ${found.shape ?? ''}`;
}
