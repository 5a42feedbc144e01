import { graphql, type ResultOf } from './graphql.ts';

/** Which images a result is of. */
export const originFields = graphql(`
  fragment Origin on Snapshot {
    hash
    labelRule
    cohort {
      dataset {
        name
      }
    }
  }
`);

export type Origin = ResultOf<typeof originFields>;

/** As the head of a table names it. */
export const originLine = ({ hash, cohort, labelRule }: Origin): string =>
  `${cohort.dataset.name} · cohort ${hash.slice(0, 12)}${labelRule ? ` · ${labelsLine(labelRule as LabelRule)}` : ''}`;

interface LabelRule {
  readonly source: string | null;
  readonly fusion: { readonly method: string } | null;
  readonly graders: readonly string[] | null;
  readonly positive: readonly string[];
}

/** What counts as 1: 'label 1: moderate or severe, by majority of all graders'. */
function labelsLine({ source, fusion, graders, positive }: LabelRule): string {
  const by = fusion ? `${fusion.method} of ${graders?.join(', ') ?? 'all graders'}` : source;
  return `label 1: ${positive.join(' or ')}, by ${by}`;
}
