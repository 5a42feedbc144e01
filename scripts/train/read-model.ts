import type { Client } from '../client/client.ts';
import type { Estimate } from '../client/estimate.ts';
import { originFields, type Origin } from '../client/origin.ts';

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
  readonly snapshot: Origin;
}

/** A number of an evaluation. */
export interface Measured extends Estimate {
  readonly name: string;
  readonly structure: { readonly name: string } | null;
  readonly rater: { readonly name: string } | null;
  readonly count: number;
  readonly note: string | null;
}

export interface TrainedModel {
  readonly model: ModelSummary;
  readonly evaluation: { readonly metrics: readonly Measured[] };
  /** What each metric compares. */
  readonly methods: readonly { readonly name: string; readonly metric: { readonly compares: string } }[];
}

const query = /* GraphQL */ `
  ${originFields}
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
`;

export const readModel = (client: Client, id: string, evaluationId: string): Promise<TrainedModel> =>
  client.request<TrainedModel>(query, { id, evaluationId });
