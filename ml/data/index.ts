import { createRegistry } from '../method.ts';
import { dermoscopy } from './phantoms/dermoscopy.ts';
import { fundus } from './phantoms/fundus.ts';
import type { PhantomMethod } from './phantoms/phantom.ts';
import { ultrasound } from './phantoms/ultrasound.ts';

export const phantoms = createRegistry<PhantomMethod>('phantom', [fundus, ultrasound, dermoscopy]);
