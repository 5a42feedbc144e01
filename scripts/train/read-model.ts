import type { Client } from '../client/client.ts';

export interface ModelSummary {
  readonly method: string;
  readonly task: 'diagnosis' | 'segmentation';
  readonly url: string;
  readonly run: {
    readonly config: unknown;
    readonly seed: number;
    readonly environment: unknown;
    readonly metrics: readonly {
      readonly epoch: number;
      readonly name: string;
      readonly value: number | null;
    }[];
  };
  readonly fusion: { readonly method: string; readonly transductive: boolean };
  readonly snapshot: {
    readonly hash: string;
    readonly cohort: { readonly dataset: { readonly name: string } };
  };
}

/** A number of an evaluation with its 95 % interval. */
export interface Measured {
  readonly name: string;
  readonly structure: { readonly name: string } | null;
  readonly rater: { readonly name: string } | null;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly count: number;
  readonly note: string | null;
}

export interface TrainedModel {
  readonly model: ModelSummary;
  readonly evaluation: { readonly metrics: readonly Measured[] };
}

const query = /* GraphQL */ `
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
        hash
        cohort {
          dataset {
            name
          }
        }
      }
    }
    evaluation(id: $evaluationId) {
      metrics {
        name
        value
        low
        high
        count
        note
        structure {
          name
        }
        rater {
          name
        }
      }
    }
  }
`;

export const readModel = (client: Client, id: string, evaluationId: string): Promise<TrainedModel> =>
  client.request<TrainedModel>(query, { id, evaluationId });
