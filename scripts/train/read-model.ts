import type { Client } from '../client/client.ts';
import { graphql, type ResultOf } from '../client/graphql.ts';
import { originFields } from '../client/origin.ts';

const document = graphql(
  `
    query Trained($id: ID!, $evaluationId: ID!) {
      model(id: $id) {
        method
        task
        url
        run {
          config
          seed
          environment
          metrics {
            epoch
            name
            value
          }
        }
        fusion {
          method
          transductive
        }
        snapshot {
          ...Origin
        }
      }
      evaluation(id: $evaluationId) {
        metrics {
          name
          value
          low
          high
          count
          bothEmptyCount
          oneEmptyCount
          note
          structure {
            name
          }
          rater {
            name
          }
        }
      }
      methods(kind: METRIC) {
        name
        metric {
          compares
        }
      }
    }
  `,
  [originFields],
);

type Answer = ResultOf<typeof document>;

export interface TrainedModel {
  readonly model: NonNullable<Answer['model']>;
  readonly evaluation: NonNullable<Answer['evaluation']>;
  /** The metrics that the server knows, with what each compares. */
  readonly methods: Answer['methods'];
}

/** A number of an evaluation. */
export type Measured = TrainedModel['evaluation']['metrics'][number];

export async function readModel(client: Client, id: string, evaluationId: string): Promise<TrainedModel> {
  const { model, evaluation, methods } = await client.request(document, { id, evaluationId });
  if (!model || !evaluation) throw new Error(`model ${id} or evaluation ${evaluationId} is gone`);
  return { model, evaluation, methods };
}
