import { createRegistry } from '../method.ts';
import { dfGtExpG } from './df-gt-expg.ts';
import { dfGtRaw } from './df-gt-raw.ts';
import type { Fusion } from './fusion.ts';
import { majorityVote } from './majority-vote.ts';

export const fusions = createRegistry<Fusion>('fusion', [majorityVote, dfGtExpG, dfGtRaw]);
