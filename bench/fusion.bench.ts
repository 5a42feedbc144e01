import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadBackend } from '../ml/backend.ts';
import { agreementCase, aucCase } from './fusion/agreement.ts';
import { buBilCase } from './fusion/bu-bil.ts';
import { dawidSkeneCase, majorityVoteCase } from './fusion/crowd.ts';
import { expGCase } from './fusion/expg.ts';
import { SUITE, type FusionCase } from './fusion/fusion-case.ts';
import { stapleCase } from './fusion/staple.ts';
import { svmCase } from './fusion/svm.ts';
import { startPeer } from './peer.ts';
import type { Row, Suite, SuiteOptions } from './suite.ts';

/** To add one, write its file and name it here. */
const cases: readonly FusionCase[] = [
  stapleCase,
  majorityVoteCase,
  dawidSkeneCase,
  expGCase,
  buBilCase,
  agreementCase,
  aucCase,
  svmCase,
];

/** Fusions and the measures around them beside the packages that their users know, equal answers shown first. */
export const fusion: Suite = {
  name: SUITE,
  summary: 'fusions beside SimpleITK and crowd-kit, agreement, AUC and SVM beside scikit-learn and its like',
  async *run({ rounds, only, say }: SuiteOptions): AsyncGenerator<Row> {
    const backend = await loadBackend();
    const peer = await startPeer('fusion', backend.threads, say);
    const folder = await mkdtemp(path.join(tmpdir(), 'consilium-bench-'));
    try {
      const { packages } = await peer.ask<{ packages: string }>({ ask: 'version' });
      say(
        `ours: ${backend.name} ${backend.version} on ${backend.device}, ${backend.threads} threads; peer: ${packages}`,
      );
      for (const one of cases.filter(({ name }) => name.includes(only))) {
        yield* one.run({ peer, folder, rounds, say });
      }
    } finally {
      await peer.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
