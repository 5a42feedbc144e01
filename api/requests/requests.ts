import { z } from 'zod';
import { AgreementSubject, Split, type RunKind } from '../../prisma/client/client.ts';
import { fold } from '../../ml/data/fold.ts';
import type { Permutation } from '../../ml/data/permute-diagnoses.ts';
import { experiments } from '../../ml/experiments/index.ts';
import { fusions } from '../../ml/fusion/index.ts';
import { gradeMetrics } from '../../ml/grades/index.ts';
import type { Method, Registry } from '../../ml/method.ts';
import { metrics } from '../../ml/metrics/index.ts';
import { isFitted, models } from '../../ml/models.ts';
import { trainingConfig, type TrainingConfig } from '../../ml/training/training-config.ts';
import { defaultMetrics, metricChoice } from './metric-choices.ts';

/**
 * What each kind of run stores as its config: the whole request, ready to be done again. Services write it, everybody
 * else reads it through `readRequest`. A key that is added gets a default here, so that older requests can still be read
 * (fixtures/ holds what earlier versions stored).
 */

const id = z.string();
/** Of the method that was asked for. Part of the request, so that a method that was mended answers anew. */
const version = z.int().min(1).default(1);

const importRequest = z.strictObject({
  path: z.string(),
  skipBad: z.boolean().default(false),
  /** A reader's name; null: the first that recognises the path. */
  format: z.string().nullable().default(null),
  /** The reader's settings, as given: which reader it is may show only when the path is looked at. */
  options: z.record(z.string(), z.unknown()).default({}),
  /** Name of the dataset; null: the one that its description gives. */
  name: z.string().nullable().default(null),
  /** Add to a dataset that another folder made. */
  add: z.boolean().default(false),
  /** Withdraw what came from this folder and is not there any more, … */
  mirror: z.boolean().default(false),
  /** … so many rows at most; null: half of each kind. */
  mirrorLimit: z.int().min(0).nullable().default(null),
  /** Take back what was withdrawn, where the folder still has it. */
  restore: z.boolean().default(false),
  /** Look at every file, even where neither row nor file seems to have changed. */
  verify: z.boolean().default(false),
  /** The import of the same folder that ended before: the folder may have changed since, so it is read again. */
  after: id.nullable().default(null),
});

/** Of a fusion that is no control, too, so that it is the same request as before controls had several. */
export const noPermutation: Permutation = { index: 0, by: 'image' };

const fusionRequest = z
  .strictObject({
    snapshotId: id,
    method: z.string(),
    version,
    config: z.unknown(),
    /** Side of the square into which images are fitted; null: each image is fused at its own size. */
    size: z.int().min(1).nullable(),
    /** If several: in the order of the folds that they left out. */
    diagnosisModelIds: z.array(id).default([]),
    permutedDiagnoses: z.boolean().default(false),
    /** Of a control: which permutation, and of what; 0.1.0 made one, of images. */
    permutation: z
      .strictObject({ index: z.int().min(0), by: z.enum(['image', 'subject']) })
      .default(noPermutation),
    /** Whose images are fused: all, except for controls, which are made for the split that is evaluated. */
    splits: z.array(z.enum(Split)).min(1).default(['train', 'validation', 'test']),
  })
  .transform((request, context) => ({
    ...request,
    config: settingsOf(fusions, request.method, request.config, context),
  }));

const trainingRequest = z
  .strictObject({
    fusionId: id,
    method: z.string(),
    version,
    config: z.unknown(),
    /** Nothing where the method is fitted at once. */
    training: z.unknown(),
    diagnosisModelId: id.nullable().default(null),
    /** Side of the square into which images are fitted; null: the fusion's. */
    size: z.int().min(1).nullable().default(null),
    /** The network whose weights training begins with, as far as they fit. */
    initialModelId: id.nullable().default(null),
  })
  .transform((request, context) => ({
    ...request,
    config: settingsOf(models, request.method, request.config, context),
    training: trainingOf(request, context),
  }));

const evaluation = z.strictObject({
  fusionId: id.nullable().default(null),
  modelId: id.nullable().default(null),
  judgeModelId: id.nullable().default(null),
  split: z.enum(Split).default('test'),
  /** Only this part of the split's images: those that a model left out, in a cross-validation. */
  fold: z.preprocess(storedFold, fold.nullable()).default(null),
  /** The fusions with permuted diagnoses, whose mean AUC stands beside that of a fusion that has seen labels. */
  controlFusionIds: z.array(id).default([]),
  metrics: z
    .array(
      metricChoice.transform((choice, context) => ({
        ...choice,
        settings: settingsOf(metrics, choice.name, choice.settings, context, 'settings'),
      })),
    )
    .min(1)
    .prefault([...defaultMetrics]),
});

/** 0.1.0 knew one permutation: `controlFusionId`. */
const evaluationRequest = z.preprocess((stored) => {
  if (!isRecord(stored) || !('controlFusionId' in stored)) return stored;
  const { controlFusionId: one, ...rest } = stored;
  return { ...rest, controlFusionIds: one == null ? [] : [one] };
}, evaluation);

const experimentRequest = z
  .strictObject({
    snapshotId: id,
    experiment: z.string(),
    version,
    /** Of the fusions and trainings in it. */
    preset: z.string(),
    config: z.unknown(),
    /** Side of the square of pixels at which masks are fused; null: the preset's. */
    size: z.int().min(1).nullable().default(null),
  })
  .transform((request, context) => ({
    ...request,
    config: settingsOf(experiments, request.experiment, request.config, context),
  }));

const agreementRequest = z.strictObject({
  snapshotId: id,
  subject: z.enum(AgreementSubject).default('masks'),
  /** null: over the images of all splits. */
  split: z.enum(Split).nullable().default(null),
  /** What is measured, so that a metric that was mended answers anew. */
  metrics: z
    .array(z.strictObject({ name: z.string(), version }))
    .default(
      [
        'fleiss_kappa',
        'krippendorff_alpha',
        'mean_pairwise_dice',
        'generalised_energy_distance',
        'cohen_kappa',
        'dice',
      ].map((name) => ({ name, version: 1 })),
    ),
});

const reproductionRequest = z.strictObject({ runId: id });

const purgeRequest = z.strictObject({ purgeId: id });

export const requests = {
  import: importRequest,
  fusion: fusionRequest,
  training: trainingRequest,
  evaluation: evaluationRequest,
  experiment: experimentRequest,
  agreement: agreementRequest,
  reproduction: reproductionRequest,
  purge: purgeRequest,
} satisfies Record<RunKind, z.ZodType>;

/** A request as its readers get it: every key there, settings parsed by the method's own schema. */
export type RequestOf<K extends RunKind> = z.output<(typeof requests)[K]>;

interface NamedMethod {
  readonly method: Method;
  /** The version that was asked for. */
  readonly version: number;
}

/** The methods that a request names. */
export function methodsOf<K extends RunKind>(kind: K, request: RequestOf<K>): readonly NamedMethod[] {
  const { fusion, training, experiment, evaluation, agreement } = { [kind]: request } as {
    [Kind in RunKind]?: RequestOf<Kind>;
  };
  if (fusion) return [{ method: fusions.get(fusion.method), version: fusion.version }];
  if (training) return [{ method: models.get(training.method), version: training.version }];
  if (experiment) return [{ method: experiments.get(experiment.experiment), version: experiment.version }];
  const chosen = (evaluation ?? agreement)?.metrics ?? [];
  const registry = agreement?.subject === 'diagnoses' ? gradeMetrics : metrics;
  return chosen.map(({ name, version }) => ({ method: registry.get(name), version }));
}

type Context = z.core.$RefinementCtx;

/** Settings as the method's schema reads them; problems are reported under `key`. */
function settingsOf(
  registry: Registry<Method>,
  name: string,
  settings: unknown,
  context: Context,
  key = 'config',
): unknown {
  if (registry.names.includes(name)) return parsedAt(key, registry.get(name).config, settings, context);
  const message = `unknown ${registry.kind} '${name}': expected one of ${registry.names.join(', ')}`;
  context.issues.push({ code: 'custom', message, input: name, path: [] });
  return z.NEVER;
}

function trainingOf(
  { method, training }: { readonly method: string; readonly training?: unknown },
  context: Context,
): TrainingConfig | null {
  if (!models.names.includes(method) || isFitted(models.get(method))) return null;
  const stored = isRecord(training) ? { ...training, leaveOut: storedFold(training['leaveOut']) } : training;
  return parsedAt('training', trainingConfig, stored, context);
}

/** 0.1.0 divided by name, and did not say so. */
function storedFold(stored: unknown): unknown {
  return isRecord(stored) && !('division' in stored) ? { ...stored, division: 'by-name' } : stored;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsedAt<T>(key: string, schema: z.ZodType<T>, value: unknown, context: Context): T {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues)
    context.issues.push({ code: 'custom', message: issue.message, input: value, path: [key, ...issue.path] });
  return z.NEVER;
}
