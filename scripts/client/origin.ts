import { graphql, type ResultOf } from './graphql.ts';

/** Which images a result is of. */
export const originFields = graphql(`
  fragment Origin on Snapshot {
    hash
    cohort {
      dataset {
        name
      }
    }
  }
`);

export type Origin = ResultOf<typeof originFields>;

/** As the head of a table names it. */
export const originLine = ({ hash, cohort }: Origin): string =>
  `${cohort.dataset.name} · cohort ${hash.slice(0, 12)}`;
