import type { Sample, SampleSource } from '../data/sample.ts';
import { drawChange, type Change } from './augment.ts';
import { toBatch, type Batch, type ImageSample } from './batch.ts';
import { batchesBeside, inBatches, inSlices } from './batch-order.ts';
import type { Learner } from './learner.ts';
import type { Moment } from './moment.ts';
import { readAhead } from './read-ahead.ts';
import type { TrainingConfig } from './training-config.ts';
import { InputError } from '../errors.ts';

export interface FeedOptions {
  readonly training: TrainingConfig;
  readonly source: SampleSource;
  readonly validation?: SampleSource;
  readonly unlabelled?: SampleSource;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** The samples of one step. */
export interface StepSamples {
  readonly samples: readonly Sample[];
  readonly unlabelled?: readonly ImageSample[];
}

/** Brings the data of a training to its steps. */
export interface Feed {
  /** The samples of each batch, with those of the second stream. */
  read(batches: readonly (readonly number[])[], epoch: number): AsyncGenerator<StepSamples>;
  /** A step's samples as tensors, augmented, in the parts whose gradients are added up. Call inside tf.tidy. */
  parts(samples: StepSamples, moment: Moment): Batch[];
  /** The validation images that the learner can use; none where there is no validation. */
  readValidation(): AsyncGenerator<readonly Sample[]>;
  validationBatch(samples: readonly Sample[], moment: Moment): Batch;
}

/** @throws InputError where validation or unlabelled images are of another kind than the training images. */
export function createFeed(options: FeedOptions, { targets, usable }: Learner): Feed {
  const { source, validation, unlabelled, seed, signal } = options;
  const { microBatch, batchSize, keep } = options.training;
  if (validation) checkSameKind('validation', source, validation);
  if (unlabelled) checkUnlabelled(source, unlabelled);
  const changeOf = changes(options);
  const validated = validation ? usableImages(validation, usable) : [];
  if (keep === 'best' && validated.length === 0) {
    throw new InputError("keep: 'best' needs validation images that the model can learn from: received none");
  }
  return {
    async *read(batches, epoch) {
      const second =
        unlabelled &&
        readAhead(unlabelled, batchesBeside(batches, unlabelled.ids.length, { seed, epoch }), signal);
      for await (const samples of readAhead(source, batches, signal)) {
        const beside = await second?.next();
        yield { samples, unlabelled: beside?.done ? undefined : beside?.value };
      }
    },
    parts({ samples, unlabelled: beside }, at) {
      const count = Math.ceil(samples.length / (microBatch ?? samples.length));
      const besides = beside && unlabelled && inSlices(beside, count);
      return inSlices(samples, count).map((part, index) =>
        toBatch(part, source, {
          targets,
          at,
          changeOf: changeOf?.(at.epoch),
          unlabelled: besides && { images: besides[index], source: unlabelled },
        }),
      );
    },
    async *readValidation() {
      if (!validation) return;
      yield* readAhead(validation, inBatches(validated, microBatch ?? batchSize), signal);
    },
    validationBatch: (samples, at) => toBatch(samples, validation ?? source, { targets, at }),
  };
}

const usableImages = (source: SampleSource, usable: Learner['usable']): number[] =>
  source.ids.map((_, index) => index).filter((index) => usable?.(source, index) ?? true);

/** What an epoch's images are changed by; undefined where nothing is asked for. */
function changes({
  training: { augment },
  source: { height, width },
  seed,
}: FeedOptions): ((epoch: number) => (image: ImageSample) => Change) | undefined {
  if (!augment.flips && augment.shift === 0 && augment.light === 0) return undefined;
  return (epoch) =>
    ({ id }) =>
      drawChange(augment, { seed, epoch, id, height, width });
}

function checkSameKind(what: string, training: SampleSource, other: SampleSource): void {
  const kind = ({ height, width, structures }: SampleSource): string =>
    `${height} × ${width} pixels with structures ${structures.join(', ')}`;
  if (kind(training) === kind(other)) return;
  throw new InputError(`${what} images are ${kind(other)}: training images are ${kind(training)}`);
}

function checkUnlabelled({ height, width }: SampleSource, unlabelled: SampleSource): void {
  if (unlabelled.ids.length === 0) throw new InputError('the stream of unlabelled images is empty');
  if (unlabelled.height === height && unlabelled.width === width) return;
  throw new InputError(
    `unlabelled images are ${unlabelled.height} × ${unlabelled.width} pixels: training images are ${height} × ${width}`,
  );
}
