/** Which images a result is of. */
export interface Origin {
  readonly hash: string;
  readonly cohort: { readonly dataset: { readonly name: string } };
}

/** To be put before a query that asks a snapshot for it. */
export const originFields = /* GraphQL */ `
  fragment Origin on Snapshot {
    hash
    cohort {
      dataset {
        name
      }
    }
  }
`;

/** As the head of a table names it. */
export const originLine = ({ hash, cohort }: Origin): string =>
  `${cohort.dataset.name} · cohort ${hash.slice(0, 12)}`;
