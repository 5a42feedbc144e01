import type { Client } from './client.ts';
import { follow } from './cohort.ts';
import { graphql, type ResultOf } from './graphql.ts';

const runDocument = graphql(`
  mutation RunExperiment($input: RunExperimentInput!) {
    runExperiment(input: $input) {
      id
      run {
        id
      }
    }
  }
`);

const resultDocument = graphql(`
  query ExperimentResult($id: ID!) {
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
        judge
        rater
        structure
        against
        metric
        value
        low
        high
        interval
        pValue
        bothEmptyCount
        oneEmptyCount
        seeds
        fold
        transductive
        note
        paper
        steps {
          run {
            fusion {
              id
              informativenessCorrelation
            }
            evaluation {
              id
              fusion {
                id
              }
              model {
                id
              }
              judgeModel {
                id
              }
            }
          }
        }
      }
    }
  }
`);

/** An experiment with its table, as the API answers it. */
export type ExperimentResult = NonNullable<ResultOf<typeof resultDocument>['experiment']>;
export type ResultRow = ExperimentResult['rows'][number];

interface Asked {
  readonly snapshotId: string;
  readonly experiment: string;
  readonly preset: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Side in pixels. If omitted, the preset's. */
  readonly size?: number;
}

/** Starts an experiment, or finds it, follows it to its end and answers with its table. */
export async function runExperiment(client: Client, input: Asked): Promise<ExperimentResult> {
  const { runExperiment: started } = await client.request(runDocument, {
    input,
  });
  await follow(client, input.experiment, started.run.id);
  const { experiment } = await client.request(resultDocument, { id: started.id });
  if (!experiment) throw new Error(`experiment ${started.id} is gone`);
  return experiment;
}

/** The first of the rows' steps that have this, whatever the row. @throws Error where none has. */
export function madeBy<T>(
  { name, rows }: ExperimentResult,
  of: (run: ResultRow['steps'][number]['run']) => T | null | undefined,
): T {
  for (const { run } of rows.flatMap(({ steps }) => steps)) {
    const made = of(run);
    if (made != null) return made;
  }
  throw new Error(`experiment '${name}' made nothing of the kind`);
}
