import type { Measure } from '../../ml/statistics/measure.ts';

/** A row of evaluation_metrics without its evaluation. */
export interface MetricRow extends Measure {
  readonly name: string;
  readonly structureId?: string;
  readonly raterId?: string;
  /** Masks that had seen the diagnosis of their own image went into it. */
  readonly transductive: boolean;
}
