import { createRegistry } from '../../method.ts';
import { coco } from './coco.ts';
import { manifest } from './manifest.ts';
import type { Reader } from './reader.ts';

/** The layouts that can be read, in the order in which they are tried. To add one, write its file and name it here. */
export const readers = createRegistry<Reader>('reader', [manifest, coco]);
