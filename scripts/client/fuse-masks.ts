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

/** Fuses by any method, after training what the method follows. */
export async function fuseMasks(
  steps: Steps,
  { snapshotId, method, config, size, theta }: Asked,
): Promise<Named> {
  if (!fusions.get(method).needsDiagnosisModel) return steps.fuse(method, { snapshotId, config, size });
  const vote = await steps.fuse('majority-vote', { snapshotId, size });
  const { id: diagnosisModelId } = await steps.train(theta, { fusionId: vote.id });
  return steps.fuse(method, { snapshotId, config, size, diagnosisModelId });
}
