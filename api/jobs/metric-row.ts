import type { Prisma } from '../../prisma/client/client.ts';
import type { EmptyCounts } from '../../ml/metrics/empty-masks.ts';
import type { Measure } from '../../ml/statistics/measure.ts';

/** Which metric a number is of. */
export interface MetricLabel {
  readonly name: string;
  readonly settings: Prisma.InputJsonObject;
  readonly unit: string | null;
}

/** A row of evaluation_metrics without its evaluation. */
export interface MetricRow extends Measure, MetricLabel, Partial<EmptyCounts> {
  readonly structureId?: string;
  readonly raterId?: string;
  /** Images left out because a mask has lost all its pixels at the size of the comparison. */
  readonly vanishedCount?: number;
  /** Masks that had seen the diagnosis of their own image went into it. */
  readonly transductive: boolean;
}

/** A row of image_metrics without its evaluation. */
export interface ImageRow extends MetricLabel {
  readonly imageId: string;
  readonly structureId: string;
  readonly raterId?: string;
  readonly value: number;
}
