import { addTo } from './add-to.ts';
import { childrenOf, textIn, type XmlElement } from './xml-file.ts';

/** What the readers of one CT scan outlined, slice by slice. */
export interface LidcScan {
  readonly study: string;
  readonly sessions: number;
  /** By SOP instance UID, in the order of their height in the scan. */
  readonly slices: ReadonlyMap<string, LidcSlice>;
}

export interface LidcSlice {
  /** Millimetres; null where a file does not say. */
  readonly z: number | null;
  /** By session, from 0. */
  readonly nodules: ReadonlyMap<number, readonly LidcNodule[]>;
}

/** One nodule's part of one slice: what is inside an inclusion and inside no exclusion. */
export interface LidcNodule {
  readonly included: number[][];
  readonly excluded: number[][];
  /** 1 to 5; null where the reader gave none. */
  readonly malignancy: number | null;
}

type Report = (message: string) => void;

/**
 * Understands a `LidcReadMessage`. Nodules under 3 mm and stray marks have a single point and no area: they are left
 * out, and so are non-nodules.
 */
export function readLidc(message: XmlElement, report: Report): LidcScan {
  const header = childrenOf(message, 'ResponseHeader')[0];
  const sessions = childrenOf(message, 'readingSession');
  const slices = new Map<string, { z: number | null; nodules: Map<number, LidcNodule[]> }>();
  for (const [session, element] of sessions.entries())
    for (const nodule of childrenOf(element, 'unblindedReadNodule')) {
      const label = `reader ${session + 1}, nodule ${textIn(nodule, 'noduleID') || '?'}`;
      for (const [uid, part] of readNodule(nodule, (problem) => report(`${label}: ${problem}`))) {
        const slice = slices.get(uid) ?? { z: part.z, nodules: new Map<number, LidcNodule[]>() };
        addTo(slice.nodules, session, part);
        slices.set(uid, slice);
      }
    }
  const ordered = [...slices].sort(([, a], [, b]) => (a.z ?? 0) - (b.z ?? 0));
  return {
    study: header ? textIn(header, 'StudyInstanceUID') : '',
    sessions: sessions.length,
    slices: new Map(ordered),
  };
}

type Part = LidcNodule & { readonly z: number | null };

function readNodule(nodule: XmlElement, report: Report): Map<string, Part> {
  const parts = new Map<string, Part>();
  const malignancy = readMalignancy(nodule, report);
  for (const roi of childrenOf(nodule, 'roi')) {
    const uid = textIn(roi, 'imageSOP_UID');
    if (!/^[\d.]{1,64}$/.test(uid)) {
      report(`imageSOP_UID: expected digits and dots, received '${uid.slice(0, 80)}'`);
      continue;
    }
    const outline = readOutline(roi, report);
    if (outline.length < 6) continue;
    const inclusion = textIn(roi, 'inclusion').toUpperCase();
    if (inclusion !== 'TRUE' && inclusion !== 'FALSE') {
      report(`inclusion: expected TRUE or FALSE, received '${inclusion.slice(0, 80)}'`);
      continue;
    }
    const z = Number(textIn(roi, 'imageZposition') || NaN);
    const part = parts.get(uid) ?? {
      z: Number.isFinite(z) ? z : null,
      malignancy,
      included: [],
      excluded: [],
    };
    part[inclusion === 'TRUE' ? 'included' : 'excluded'].push(outline);
    parts.set(uid, part);
  }
  // A hole of nothing marks nothing.
  return new Map([...parts].filter(([, { included }]) => included.length > 0));
}

function readOutline(roi: XmlElement, report: Report): number[] {
  const outline: number[] = [];
  for (const point of childrenOf(roi, 'edgeMap')) {
    const [x, y] = ['xCoord', 'yCoord'].map((name) => textIn(point, name));
    if (![x, y].every((text) => /^\d{1,6}$/.test(text))) {
      report(`edgeMap: expected whole numbers of pixels, received (${x.slice(0, 20)}, ${y.slice(0, 20)})`);
      return [];
    }
    outline.push(Number(x), Number(y));
  }
  return outline;
}

function readMalignancy(nodule: XmlElement, report: Report): number | null {
  const characteristics = childrenOf(nodule, 'characteristics')[0];
  const text = characteristics ? textIn(characteristics, 'malignancy') : '';
  if (text === '' || text === '0') return null;
  if (/^[1-5]$/.test(text)) return Number(text);
  report(`malignancy: expected 1 to 5, received '${text.slice(0, 80)}'`);
  return null;
}
