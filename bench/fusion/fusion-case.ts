import type { FusedSample, Fusion, FuseInput } from '../../ml/fusion/fusion.ts';
import type { Peer } from '../peer.ts';
import { describeTimes, interleave, medianRatio, type Side } from '../rounds.ts';
import { median } from '../statistics.ts';
import { createRow, type Row } from '../suite.ts';

export const SUITE = 'fusion';

/** What a case works with. */
export interface Workplace {
  readonly peer: Peer;
  /** A folder of our own, for files that the peer reads. */
  readonly folder: string;
  readonly rounds: number;
  readonly say: (line: string) => void;
}

/** One comparison: yields rows of equality first, then of time. */
export interface FusionCase {
  readonly name: string;
  run(workplace: Workplace): AsyncGenerator<Row>;
}

interface Difference {
  readonly case: string;
  readonly difference: number;
  readonly goal: number;
  readonly unit?: string;
}

/** How far ours is from the peer: `ratio` is the difference itself, and the peer's nothing. */
export function differenceRow({ difference, unit = 'largest difference', ...row }: Difference): Row {
  return createRow({ suite: SUITE, ours: difference, peer: 0, ratio: difference, unit, ...row });
}

interface Timing {
  readonly case: string;
  readonly ours: Side;
  readonly peer: Side;
  readonly unit: string;
  readonly goal: number | null;
}

/**
 * Rounds of both in turn, after one that does not count, in which code is compiled and memory is fetched. The row has the
 * medians, and the median of the rounds' ratios.
 */
export async function timeRow(
  { ours, peer, ...row }: Timing,
  { rounds, say }: Pick<Workplace, 'rounds' | 'say'>,
): Promise<Row> {
  await interleave([ours, peer], 1);
  const times = await interleave([ours, peer], rounds);
  say(`${row.case}: ${row.unit} ${describeTimes(['ours', 'peer'], times)}`);
  const [mine, others] = times;
  const ratio = medianRatio(mine, others);
  return createRow({ suite: SUITE, ours: median(mine), peer: median(others), ratio, ...row });
}

type Input = Omit<FuseInput<unknown>, 'config' | 'seed'> & { readonly config?: object };

/** Runs a fusion to its end, as its users do; settings that are not given have their defaults. */
export async function fuseAll(fusion: Pick<Fusion, 'config' | 'fuse'>, input: Input): Promise<FusedSample[]> {
  const config = fusion.config.parse(input.config ?? {});
  const all: FusedSample[] = [];
  for await (const event of fusion.fuse({ ...input, config, seed: 1 })) {
    if (Array.isArray(event)) all.push(...event);
  }
  return all;
}
