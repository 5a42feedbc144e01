import type { Client } from '../client/client.ts';
import { follow } from '../client/cohort.ts';
import type { Estimate } from '../client/estimate.ts';
import { originFields, type Origin } from '../client/origin.ts';

interface Named {
  readonly name: string;
}

/** How far all raters agree on a structure, one with the others, or two with each other. */
export interface AgreementRow extends Estimate {
  readonly name: string;
  readonly structure: Named;
  readonly rater: Named | null;
  readonly otherRater: Named | null;
  readonly count: number;
  readonly undefinedCount: number;
  readonly note: string | null;
}

export interface Agreement {
  readonly metrics: readonly AgreementRow[];
  readonly snapshot: Origin & {
    readonly cohort: { readonly dataset: { readonly raters: readonly Named[] } };
  };
}

const measureDocument = /* GraphQL */ `
  mutation Measure($input: MeasureAgreementInput!) {
    measureAgreement(input: $input) {
      id
      run {
        id
      }
    }
  }
`;

const readDocument = /* GraphQL */ `
  ${originFields}
  query Agreement($id: ID!) {
    agreement(id: $id) {
      snapshot {
        ...Origin
        cohort {
          dataset {
            raters {
              name
            }
          }
        }
      }
      metrics {
        name
        value
        low
        high
        count
        undefinedCount
        note
        structure {
          name
        }
        rater {
          name
        }
        otherRater {
          name
        }
      }
    }
  }
`;

export async function askAgreement(
  client: Client,
  input: { readonly snapshotId: string; readonly split?: string; readonly seed: number },
): Promise<Agreement> {
  const { measureAgreement } = await client.request<{
    measureAgreement: { id: string; run: { id: string } };
  }>(measureDocument, { input });
  await follow(client, 'agreement', measureAgreement.run.id);
  const { id } = measureAgreement;
  return (await client.request<{ agreement: Agreement }>(readDocument, { id })).agreement;
}
