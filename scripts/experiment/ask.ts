import type { Client } from '../client/client.ts';
import { follow } from '../client/cohort.ts';

/** One number of a figure, as the API answers it. */
export interface ResultRow {
  readonly protocol: string;
  readonly method: string;
  readonly model: string | null;
  readonly rater: string | null;
  readonly against: string | null;
  readonly metric: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly interval: string | null;
  readonly pValue: number | null;
  readonly seeds: readonly number[];
  readonly transductive: boolean;
  readonly note: string | null;
  readonly paper: number | null;
  readonly steps: readonly { readonly run: { readonly fusion: { readonly id: string } | null } }[];
}

export interface ExperimentResult {
  readonly id: string;
  readonly name: string;
  readonly run: {
    readonly config: { readonly preset: string };
    readonly environment: { readonly backend: string } | null;
    readonly startedAt: string;
    readonly finishedAt: string;
  };
  readonly snapshot: {
    readonly hash: string;
    readonly imageCount: number;
    readonly cohort: {
      readonly dataset: {
        readonly name: string;
        readonly raters: readonly { readonly name: string; readonly informativeness: number | null }[];
      };
    };
  };
  readonly rows: readonly ResultRow[];
}

const runDocument = /* GraphQL */ `
  mutation Run($input: RunExperimentInput!) {
    runExperiment(input: $input) {
      id
      run {
        id
      }
    }
  }
`;

const resultDocument = /* GraphQL */ `
  query Result($id: ID!) {
    experiment(id: $id) {
      id
      name
      run {
        config
        environment
        startedAt
        finishedAt
      }
      snapshot {
        hash
        imageCount
        cohort {
          dataset {
            name
            raters {
              name
              informativeness
            }
          }
        }
      }
      rows {
        protocol
        method
        model
        rater
        against
        metric
        value
        low
        high
        interval
        pValue
        seeds
        transductive
        note
        paper
        steps {
          run {
            fusion {
              id
            }
          }
        }
      }
    }
  }
`;

/** Starts an experiment, or finds it, follows it to its end and answers with its table. */
export async function askExperiment(
  client: Client,
  input: {
    readonly snapshotId: string;
    readonly experiment: string;
    readonly preset: string;
    readonly config: object;
  },
): Promise<ExperimentResult> {
  const { runExperiment } = await client.request<{ runExperiment: { id: string; run: { id: string } } }>(
    runDocument,
    {
      input,
    },
  );
  await follow(client, input.experiment, runExperiment.run.id);
  const { experiment } = await client.request<{ experiment: ExperimentResult }>(resultDocument, {
    id: runExperiment.id,
  });
  return experiment;
}
