import type { Client } from '../client/client.ts';
import type { Estimate } from '../client/estimate.ts';
import type { MainJob } from './main-job.ts';

/** The numbers of one main job, as they are printed. */
export interface DemoReport {
  readonly modality: string;
  readonly preset: string;
  readonly backend: string;
  readonly seconds: number;
  readonly seed: number;
  /** Whether there are diagnoses to learn from; without, there is no AUC and no DF-GT. */
  readonly diagnosed: boolean;
  readonly fusions: readonly {
    readonly name: string;
    readonly transductive: boolean;
    readonly auc: Estimate;
    /** AUC of the same fusion made with permuted diagnoses; null where the fusion reads none. */
    readonly permutedAuc: number | null;
  }[];
  readonly models: readonly {
    readonly name: string;
    readonly dice: Readonly<Record<string, { readonly value: number | null }>>;
    readonly auc: Estimate;
  }[];
  readonly raters: readonly {
    readonly name: string;
    readonly weight: number;
    readonly informativeness: number | null;
  }[];
}

interface Metric extends Estimate {
  readonly name: string;
  readonly structure: { readonly name: string } | null;
  readonly rater: { readonly name: string } | null;
}

interface FusionAnswer {
  readonly method: string;
  readonly transductive: boolean;
  readonly raterWeights: readonly {
    readonly rater: { readonly name: string; readonly informativeness: number | null };
    readonly weight: number;
  }[];
}

const evaluationFields = /* GraphQL */ `
  fragment Numbers on Evaluation {
    metrics {
      name
      value
      low
      high
      structure {
        name
      }
      rater {
        name
      }
    }
  }
`;

const fusionQuery = /* GraphQL */ `
  ${evaluationFields}
  query FusionResult($id: ID!, $evaluationId: ID!) {
    fusion(id: $id) {
      method
      transductive
      raterWeights {
        rater {
          name
          informativeness
        }
        weight
      }
    }
    evaluation(id: $evaluationId) {
      ...Numbers
    }
  }
`;

const modelQuery = /* GraphQL */ `
  ${evaluationFields}
  query ModelResult($id: ID!, $evaluationId: ID!) {
    model(id: $id) {
      method
      run {
        environment
      }
    }
    evaluation(id: $evaluationId) {
      ...Numbers
    }
  }
`;

/** What --json writes: the numbers, without what only the printing needs. */
export function numbersOf({ diagnosed: _, ...numbers }: DemoReport): Omit<DemoReport, 'diagnosed'> {
  return numbers;
}

/** Asks the API for the results of a main job. */
export async function readReport(
  client: Client,
  job: MainJob,
  { modality, preset, seed }: Pick<DemoReport, 'modality' | 'preset' | 'seed'>,
): Promise<DemoReport> {
  const fusions = await Promise.all(
    job.fusions.map(async ({ id, evaluationId }) =>
      client.request<{ fusion: FusionAnswer; evaluation: { metrics: Metric[] } }>(fusionQuery, {
        id,
        evaluationId,
      }),
    ),
  );
  const models = await Promise.all(
    job.models.map(async ({ id, evaluationId }) =>
      client.request<{
        model: { method: string; run: { environment: { backend: string } } };
        evaluation: { metrics: Metric[] };
      }>(modelQuery, { id, evaluationId }),
    ),
  );
  return {
    modality,
    preset,
    backend: models[0].model.run.environment.backend,
    seconds: Math.round(job.seconds * 10) / 10,
    seed,
    diagnosed: job.diagnosed,
    fusions: fusions.map(({ fusion, evaluation }) => ({
      name: fusion.method,
      transductive: fusion.transductive,
      auc: estimate(evaluation.metrics, 'auc'),
      permutedAuc: estimate(evaluation.metrics, 'permuted_auc').value,
    })),
    models: models.map(({ model, evaluation }) => ({
      name: model.method,
      dice: diceByStructure(evaluation.metrics),
      auc: estimate(evaluation.metrics, 'auc'),
    })),
    raters: fusions[fusions.length - 1].fusion.raterWeights.map(({ rater, weight }) => ({
      name: rater.name,
      weight,
      informativeness: rater.informativeness,
    })),
  };
}

function estimate(metrics: readonly Metric[], name: string): Estimate {
  const metric = metrics.find((candidate) => candidate.name === name);
  return { value: metric?.value ?? null, low: metric?.low ?? null, high: metric?.high ?? null };
}

function diceByStructure(metrics: readonly Metric[]): Record<string, { value: number | null }> {
  const overall = metrics.filter(({ name, structure, rater }) => name === 'soft_dice' && structure && !rater);
  return Object.fromEntries(overall.map(({ structure, value }) => [structure!.name, { value }]));
}
