import { auc, type Label } from '../../ml/statistics/auc.ts';
import { packMask, type BitMask } from '../../ml/data/bit-mask.ts';
import { cohenKappa, countPair } from '../../ml/metrics/agreement/pair-counts.ts';
import {
  addVotes,
  fleissKappa,
  krippendorffAlpha,
  voteTotals,
  type VoteCounts,
  type VoteTotals,
} from '../../ml/metrics/agreement/vote-counts.ts';
import { createRandom } from '../../ml/random.ts';
import { relativeDifference } from '../statistics.ts';
import type { Row } from '../suite.ts';
import { differenceRow, type FusionCase } from './fusion-case.ts';

const [RATERS, ITEMS] = [5, 2000];
/** Float64 on both sides: sums in another order. */
const EQUAL = 1e-12;

interface Agreement {
  readonly cohen: number[];
  readonly fleiss: number;
  readonly alpha: number;
  readonly partialAlpha: number;
}

/** Kappas of scikit-learn and statsmodels, the alpha of krippendorff, on random ratings that are fixed by their seed. */
export const agreementCase: FusionCase = {
  name: 'agreement of raters',
  async *run({ peer }): AsyncGenerator<Row> {
    const ratings = drawRatings();
    const partial = leaveOut(ratings);
    const theirs = await peer.ask<Agreement>({ ask: 'agreement', ratings, partial });
    const pairs = ratings.flatMap((a, k) => ratings.slice(k + 1).map((b) => [a, b] as const));
    const cohen = pairs.map(([a, b]) => cohenKappa(countPair(bits(a), bits(b)))!);
    const counts = countVotes(ratings);
    const rows = [
      ['Cohen’s kappa, 10 pairs', cohen, theirs.cohen],
      ['Fleiss’ kappa', [fleissKappa(counts)!], [theirs.fleiss]],
      ['Krippendorff’s alpha', [krippendorffAlpha(counts)!], [theirs.alpha]],
      [
        'Krippendorff’s alpha, votes missing',
        [krippendorffAlpha(countVotes(partial))!],
        [theirs.partialAlpha],
      ],
    ] as const;
    for (const [name, ours, peers] of rows) {
      yield differenceRow({ case: name, difference: relativeDifference(ours, peers), goal: EQUAL });
    }
  },
};

/** The area under the curve of scores with many ties, beside scikit-learn. */
export const aucCase: FusionCase = {
  name: 'AUC, 500 scores with ties',
  async *run({ peer }): AsyncGenerator<Row> {
    const random = createRandom('bench', 'scores');
    const labels = Array.from({ length: 500 }, (): Label => (random() < 0.3 ? 1 : 0));
    const scores = labels.map((label) => Math.round(20 * (random() + 0.3 * label!)) / 20);
    const theirs = await peer.ask<{ auc: number }>({ ask: 'auc', labels, scores });
    const difference = relativeDifference([auc(scores, labels).value!], [theirs.auc]);
    yield differenceRow({ case: this.name, difference, goal: EQUAL });
  },
};

const bits = (values: readonly number[]): BitMask => packMask(values, values.length, 1);

/** Raters who follow a truth with 30 % of ones, one of them less than another: [n][items]. */
function drawRatings(): (0 | 1)[][] {
  const truth = createRandom('bench', 'truth');
  const items = Array.from({ length: ITEMS }, () => truth() < 0.3);
  return Array.from({ length: RATERS }, (_, rater) => {
    const random = createRandom('bench', 'ratings', rater);
    return items.map((one) => (one !== random() < 0.05 * (rater + 1) ? 1 : 0));
  });
}

/** A fifth of the votes is missing. */
function leaveOut(ratings: readonly (readonly (0 | 1)[])[]): Label[][] {
  const random = createRandom('bench', 'missing');
  return ratings.map((votes) => votes.map((vote) => (random() < 0.2 ? null : vote)));
}

/** Item by item: only the votes that were given count. */
function countVotes(ratings: readonly (readonly Label[])[]): VoteTotals {
  const counts: VoteCounts = new Map();
  for (let item = 0; item < ITEMS; item++) {
    const given = ratings.map((votes) => votes[item]).filter((vote) => vote !== null);
    addVotes(
      counts,
      given.map((vote) => bits([vote])),
    );
  }
  return voteTotals(counts);
}
