import { createRegistry } from '../../method.ts';
import { coco } from './coco.ts';
import { ddti } from './ddti.ts';
import { isic } from './isic.ts';
import { lidc } from './lidc.ts';
import { manifest } from './manifest.ts';
import type { Reader } from './reader.ts';
import { refuge } from './refuge.ts';
import { tnscui } from './tnscui.ts';

/** The layouts that can be read, in the order in which they are tried. To add one, write its file and name it here. */
export const readers = createRegistry<Reader>('reader', [manifest, coco, refuge, tnscui, ddti, isic, lidc]);
