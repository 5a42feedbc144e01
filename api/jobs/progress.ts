import type { PrismaClient } from '../db.ts';
import { saveProgress, type Attempt } from '../runs/run-state.ts';

export interface Progress {
  /** Says how far the run is, 0 to 1, and what it does now. Cheap: written a few times a second at most. */
  report(progress: number, stage: string): void;
  /** Waits until what was reported is written. */
  flush(): Promise<void>;
}

const betweenWritesMs = 250;

/** Calls `onStop` when the run was cancelled or lost, in case the notification did not arrive. */
export function createProgress(
  prisma: PrismaClient,
  owner: Attempt,
  onStop: (reason?: unknown) => void,
): Progress {
  let latest: { progress: number; stage: string } | undefined;
  let writing: Promise<void> | undefined;
  let lastWrite = 0;

  async function write(): Promise<void> {
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, lastWrite + betweenWritesMs - Date.now())),
    );
    const now = latest;
    latest = undefined;
    if (!now) return;
    lastWrite = Date.now();
    try {
      const { cancelRequested } = await saveProgress(prisma, owner, now.progress, now.stage);
      if (cancelRequested) onStop();
    } catch (error) {
      onStop(error);
    }
  }

  return {
    report(progress, stage) {
      latest = { progress, stage };
      writing ??= write().finally(() => (writing = undefined));
    },
    async flush() {
      while (writing) await writing;
    },
  };
}
