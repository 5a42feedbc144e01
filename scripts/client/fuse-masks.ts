import { fusions } from '../../ml/fusion/index.ts';
import type { Named, Steps } from './steps.ts';

interface Asked {
  readonly snapshotId: string;
  readonly method: string;
  readonly config?: object;
  /** Side in pixels; the preset's where it is not given. */
  readonly size?: number;
  /** For methods that follow a diagnosis: the model that is trained for it on majority votes. */
  readonly theta: string;
}

/** Two halves of the training images for methods that cross-fit; everything at once for the others. */
const halves = [0, 1].map((index) => ({ leaveOut: { index, of: 2 } }));

/** Fuses by any method, after training what the method follows. */
export async function fuseMasks(
  steps: Steps,
  { snapshotId, method, config, size, theta }: Asked,
): Promise<Named> {
  const { needsDiagnosisModel, crossFits } = fusions.get(method);
  if (!needsDiagnosisModel) return steps.fuse(method, { snapshotId, config, size });
  const vote = await steps.fuse('majority-vote', { snapshotId, size });
  const diagnosisModelIds: string[] = [];
  for (const training of crossFits ? halves : [{}]) {
    const { id } = await steps.train(theta, { fusionId: vote.id, training });
    diagnosisModelIds.push(id);
  }
  return steps.fuse(method, { snapshotId, config, size, diagnosisModelIds });
}
