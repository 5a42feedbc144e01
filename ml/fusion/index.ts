import { createRegistry } from '../method.ts';
import { dfGtExpG } from './df-gt-expg.ts';
import { dfGtFourier } from './df-gt-fourier.ts';
import { dfGtRaw } from './df-gt-raw.ts';
import { dfGtTrainingMap } from './df-gt-training-map.ts';
import { dfGtTransRob } from './df-gt-transrob.ts';
import type { Fusion } from './fusion.ts';
import { majorityVote } from './majority-vote.ts';

export const fusions = createRegistry<Fusion>('fusion', [
  majorityVote,
  dfGtExpG,
  dfGtFourier,
  dfGtTransRob,
  dfGtRaw,
  dfGtTrainingMap,
]);
