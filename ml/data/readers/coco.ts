import { basename } from 'node:path';
import { indexCoco } from './coco-annotations.ts';
import { findCocoFiles, loadCoco } from './coco-file.ts';
import { cocoRows } from './coco-rows.ts';
import { cocoSettings, type CocoSettings } from './coco-settings.ts';
import type { Dataset, Reader } from './reader.ts';

/**
 * COCO's object annotations: one JSON file with `images`, `annotations` and `categories`. A category is a structure,
 * an annotation (polygons, or run lengths) a part of one rater's mask; docs/data.md has the whole mapping. Polygons are
 * filled by the rule of pycocotools 2.0, equal to it in every pixel (coco-mask.ts).
 */
export const coco: Reader<CocoSettings> = {
  name: 'coco',
  summary:
    'A JSON file with images, annotations (polygons or run lengths) and categories. Each annotation names its rater.',
  citation:
    'Lin, Maire, Belongie, Hays, Perona, Ramanan, Dollár, Zitnick: Microsoft COCO: Common Objects in Context, ECCV 2014; format as of pycocotools 2.0. The rater of an annotation is an extension.',
  reconstruction: null,
  history: ['First version.'],
  config: cocoSettings,
  presets: {},
  recognises: async (path) => (await findCocoFiles(path)).length > 0,
  open: async (path, settings) => {
    const content = indexCoco(await loadCoco(path, settings), settings);
    const { root, file, info, structures, images, orphans } = content;
    return {
      name: settings.name ?? basename(root),
      description:
        settings.description ?? (typeof info['description'] === 'string' ? info['description'] : ''),
      modality: settings.modality,
      diagnosisKind: content.diagnoses.scale.kind,
      diagnosisNames: content.diagnoses.scale.names,
      duplicates: settings.duplicates,
      ...{ file, root, structures, drawnFrom: [file] },
      raters: content.raters.map((name) => ({ name, kind: 'person', informativeness: null })),
      countRows: async () => images.length + orphans.length,
      rows: () => cocoRows(content),
    } satisfies Dataset;
  },
};
