import { createRegistry } from '../method.ts';
import { aggnet } from './aggnet.ts';
import { dawidSkene } from './dawid-skene.ts';
import { dfGtExpG } from './df-gt-expg.ts';
import { dfGtFourier } from './df-gt-fourier.ts';
import { dfGtRaw } from './df-gt-raw.ts';
import { dfGtTrainingMap } from './df-gt-training-map.ts';
import { dfGtTransRob } from './df-gt-transrob.ts';
import type { Fusion } from './fusion.ts';
import { majorityVote } from './majority-vote.ts';
import { maxMig } from './max-mig.ts';
import { simple } from './simple.ts';
import { singleRater } from './single-rater.ts';
import { staple } from './staple.ts';

/** The fusions by public name. To add one, write its file and name it here. */
export const fusions = createRegistry<Fusion>('fusion', [
  majorityVote,
  staple,
  dawidSkene,
  simple,
  aggnet,
  maxMig,
  dfGtExpG,
  dfGtFourier,
  dfGtTransRob,
  dfGtRaw,
  dfGtTrainingMap,
  singleRater,
]);
