import type { Mode } from '../layers/network.ts';

/** Where in a run a batch is seen. Validation has epoch 0 and step 0: chance falls the same way each time. */
export interface Moment extends Mode {
  /** Counted from 1. */
  readonly epoch: number;
  /** Counted from 1 over the whole run. */
  readonly step: number;
  readonly seed: number;
}
