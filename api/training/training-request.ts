import type { Prisma } from '../../prisma/client/client.ts';

/** What a training's run stores as its config. */
export type TrainingRequest = {
  readonly fusionId: string;
  readonly method: string;
  readonly config: Prisma.InputJsonObject;
  readonly training: Prisma.InputJsonObject;
  readonly diagnosisModelId: string | null;
};
