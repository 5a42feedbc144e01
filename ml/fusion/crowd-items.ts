import type { Sample } from '../data/sample.ts';
import { integer, type Random } from '../random.ts';
import type { RaterMasks } from './rater-masks.ts';

/** Pixels of a batch drawn for one structure, B of them. */
export interface CrowdItems {
  /** Row of each pixel where the pictures lie one after another: [B]. */
  readonly rows: Int32Array;
  /** Whether rater r answered 0 or 1, one of the two columns 2r and 2r + 1 set; none where the rater is absent: [B, 2n]. */
  readonly answers: Float32Array;
}

/**
 * Half of the items from where raters disagree about the structure, a quarter each from inside and outside, by the
 * unanimous vote; an empty pool's part goes to the others. Drawn with replacement.
 */
export function drawItems(
  batch: readonly { readonly sample: Sample; readonly masks: RaterMasks }[],
  { structure, count, random }: { structure: number; count: number; random: Random },
): CrowdItems {
  const { raters: n, structures: c, pixels } = batch[0].masks;
  const [outside, inside, disputed]: number[][] = [[], [], []];
  batch.forEach(({ masks: { mean } }, image) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const share = mean[pixel * c + structure];
      const pool = share === 0 ? outside : share === 1 ? inside : disputed;
      pool.push(image * pixels + pixel);
    }
  });
  const pools = [disputed, inside, disputed, outside].filter((pool) => pool.length > 0);
  const rows = Int32Array.from({ length: count }, (_, k) => {
    const pool = pools[k % pools.length];
    return pool[integer(random, pool.length)];
  });
  const answers = new Float32Array(count * 2 * n);
  rows.forEach((row, k) => {
    const { raterMasks, annotated } = batch[Math.floor(row / pixels)].sample;
    for (let rater = 0; rater < n; rater++) {
      const j = rater * c + structure;
      if (annotated[j]) answers[k * 2 * n + 2 * rater + raterMasks[(row % pixels) * n * c + j]] = 1;
    }
  });
  return { rows, answers };
}
