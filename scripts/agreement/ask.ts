import type { Client } from '../client/client.ts';
import { follow } from '../client/cohort.ts';
import { graphql, type ResultOf, type VariablesOf } from '../client/graphql.ts';
import { originFields } from '../client/origin.ts';

const measureDocument = graphql(`
  mutation Measure($input: MeasureAgreementInput!) {
    measureAgreement(input: $input) {
      id
      run {
        id
      }
    }
  }
`);

const readDocument = graphql(
  `
    query Agreement($id: ID!) {
      agreement(id: $id) {
        id
        run {
          result
        }
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
        gradeMetrics {
          name
          grader
          otherGrader
          value
          low
          high
          interval
          count
          undefinedCount
          note
        }
        metrics {
          name
          value
          low
          high
          count
          undefinedCount
          bothEmptyCount
          oneEmptyCount
          note
          structure {
            id
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
  `,
  [originFields],
);

/** How far all raters agree on a structure, one with the others, or two with each other. */
export type Agreement = NonNullable<ResultOf<typeof readDocument>['agreement']>;
export type AgreementRow = Agreement['metrics'][number];

export async function askAgreement(
  client: Client,
  input: VariablesOf<typeof measureDocument>['input'],
): Promise<Agreement> {
  const { measureAgreement: started } = await client.request(measureDocument, { input });
  await follow(client, 'agreement', started.run.id);
  const { agreement } = await client.request(readDocument, { id: started.id });
  if (!agreement) throw new Error(`agreement ${started.id} is gone`);
  return agreement;
}
