import { createRegistry } from '../method.ts';
import { dawidSkene } from './dawid-skene.ts';
import { glad } from './glad.ts';
import type { LabelFusion } from './label-fusion.ts';
import { majority } from './majority.ts';

/** The fusions of grades by public name. To add one, write its file and name it here. */
export const labelFusions = createRegistry<LabelFusion>('label fusion', [majority, dawidSkene, glad]);
