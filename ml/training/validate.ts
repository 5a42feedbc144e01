import * as tf from '@tensorflow/tfjs';
import type { Feed } from './feed.ts';
import type { Stage } from './learner.ts';
import { createMeans } from './means.ts';
import { measureLosses, type Numbers } from './train-step.ts';

/**
 * The losses of the frozen network, means over the validation images: `validationLoss`, and `validation<Term>` of each
 * term, where there are several. None where there are no validation images.
 */
export async function validate(stage: Stage, feed: Feed, seed: number): Promise<Numbers> {
  const objective = stage.validate ?? stage.updates[0].objective;
  const moment = { training: false, epoch: 0, step: 0, seed };
  const means = createMeans();
  for await (const samples of feed.readValidation()) {
    const losses = tf.tidy(() => measureLosses(objective, feed.validationBatch(samples, moment), moment));
    means.add(losses, samples.length);
  }
  const named = Object.entries(means.values()).map(([name, value]) => [
    `validation${capitalised(name)}`,
    value,
  ]);
  return Object.fromEntries(named) as Numbers;
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
