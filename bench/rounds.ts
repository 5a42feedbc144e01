import { median } from './statistics.ts';

/** One side of a comparison: does its work once and returns the milliseconds that it took. */
export type Side = () => number | Promise<number>;

/** Rounds of one side that differ by more than this factor: others used the machine, and no ratio is to be believed. */
const BUSY = 2;

/** Milliseconds of the work: the median of some runs in a row. */
export async function medianTime(work: () => unknown, runs: number): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** Each side in turn, round by round, so that noise of the machine falls on all alike. Times by side and round. */
export async function interleave(sides: readonly Side[], rounds: number): Promise<number[][]> {
  const times: number[][] = sides.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [k, side] of sides.entries()) times[k].push(await side());
  }
  return times;
}

/** The median of the rounds' ratios, which noise moves least. */
export function medianRatio(ours: readonly number[], peer: readonly number[]): number {
  return median(ours.map((time, round) => time / peer[round]));
}

/** All times in one line; the ratio of the fastest rounds is ours to the best of the others. */
export function describeTimes(names: readonly string[], times: readonly (readonly number[])[]): string {
  const [ours, ...others] = times;
  const lists = names.map((name, k) => `${name} ${times[k].map((time) => time.toPrecision(3)).join(' ')}`);
  const fastest = Math.min(...ours) / Math.min(...others.flat());
  const busy = times.some((list) => Math.max(...list) > BUSY * Math.min(...list));
  const warning = busy ? ' (the machine was busy: do not trust this case)' : '';
  return `by round: ${lists.join('; ')}; ratio of the fastest rounds ${fastest.toPrecision(3)}${warning}`;
}
