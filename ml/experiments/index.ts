import { createRegistry } from '../method.ts';
import { demo } from './demo.ts';
import type { Experiment } from './experiment.ts';
import { figure2 } from './figure-2.ts';
import { figure4 } from './figure-4.ts';
import { figure4d } from './figure-4d.ts';
import { figure5 } from './figure-5.ts';
import { figure6 } from './figure-6.ts';
import { fuse } from './fuse.ts';
import { train } from './train.ts';

/** The paper's figures, and common pieces of work, by public name. To add one, write its file and name it here. */
export const experiments = createRegistry<Experiment>('experiment', [
  figure2,
  figure4,
  figure4d,
  figure5,
  figure6,
  fuse,
  train,
  demo,
]);
