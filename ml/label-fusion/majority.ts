import { z } from 'zod';
import { ties, type LabelFusion } from './label-fusion.ts';
import { voteShares } from './vote-shares.ts';

const config = z.strictObject({ ties });

/** The class that most graders say; P(class) is the share of the image's graders who say it. */
export const majority: LabelFusion<z.infer<typeof config>> = {
  name: 'majority',
  summary: 'The value that most graders give.',
  citation: 'Majority vote; the usual reading of several graders.',
  reconstruction: 'What becomes of ties is our choice (ties).',
  history: ['First version.'],
  config,
  presets: {},
  *fuse(table) {
    return {
      probabilities: voteShares(table),
      graders: table.graders.map(() => ({ confusion: null, ability: null })),
      iterations: 1,
      converged: true,
    };
  },
};
