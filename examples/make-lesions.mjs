// Writes the two made-up datasets beside it: `node examples/make-lesions.mjs [folder]`. Sixteen grey ellipses on a ramp;
// the long ones have the diagnosis 1. Ann draws what is there, Ben 2 pixels further out, Cem 2 pixels to the right.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

const side = 48;
const target = process.argv[2] ?? import.meta.dirname;

/** @typedef {{x: number, y: number, a: number, b: number}} Ellipse */

// Two images of each of eight subjects.
const lesions = Array.from({ length: 16 }, (_, index) => {
  const subject = Math.floor(index / 2);
  const diagnosis = subject % 2;
  const middle = { x: 18 + ((index * 5) % 11), y: 20 + ((index * 3) % 7) };
  return {
    name: `${String(index + 1).padStart(2, '0')}.png`,
    subject: `p${subject + 1}`,
    split: ['train', 'train', 'validation', 'test'][Math.floor(subject / 2)],
    diagnosis,
    ellipse: { ...middle, a: 9 + diagnosis * 5, b: 9 - diagnosis * 2 },
  };
});

/** @type {Record<string, (ellipse: Ellipse) => Ellipse>} */
const raters = {
  Ann: (ellipse) => ellipse,
  Ben: (ellipse) => ({ ...ellipse, a: ellipse.a + 2, b: ellipse.b + 2 }),
  Cem: (ellipse) => ({ ...ellipse, x: ellipse.x + 2 }),
};

/** @param {string} path @param {(x: number, y: number) => number} grey */
async function picture(path, grey) {
  const pixels = Buffer.from(
    Array.from({ length: side * side }, (_, at) => grey(at % side, Math.floor(at / side))),
  );
  const file = join(target, path);
  await mkdir(dirname(file), { recursive: true });
  const image = sharp(pixels, { raw: { width: side, height: side, channels: 1 } });
  await image.toColourspace('b-w').png({ compressionLevel: 9 }).toFile(file);
}

/** @param {Ellipse} ellipse @param {number} x @param {number} y */
const isInside = ({ x: cx, y: cy, a, b }, x, y) => ((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 <= 1;

/** @param {Ellipse} ellipse The corners of a polygon, to tenths of a pixel, round the middles of its pixels. */
const polygon = ({ x, y, a, b }) =>
  Array.from({ length: 32 }, (_, corner) => (corner * Math.PI) / 16).flatMap((angle) =>
    [x + 0.5 + a * Math.cos(angle), y + 0.5 + b * Math.sin(angle)].map(
      (value) => Math.round(value * 10) / 10,
    ),
  );

for (const { name, ellipse } of lesions) {
  for (const folder of ['lesions/images', 'lesions-coco/images'])
    await picture(
      `${folder}/${name}`,
      (x, y) => (isInside(ellipse, x, y) ? 90 : 150) + x - Math.floor(y / 2),
    );
  for (const [rater, drawn] of Object.entries(raters))
    await picture(`lesions/masks/${rater}/${name}`, (x, y) => (isInside(drawn(ellipse), x, y) ? 255 : 0));
}

const names = Object.keys(raters);
const table = lesions.map(({ name, subject, split, diagnosis }) =>
  [`images/${name}`, subject, split, diagnosis, ...names.map((rater) => `masks/${rater}/${name}`)].join(','),
);
const header = [
  'path',
  'subject',
  'split',
  'diagnosis',
  ...names.map((rater) => `mask:${rater}:lesion`),
].join(',');
await writeFile(join(target, 'lesions/manifest.csv'), `${[header, ...table].join('\n')}\n`);

const coco = {
  info: { description: 'Sixteen made-up lesions, outlined by two annotators.' },
  categories: [{ id: 1, name: 'lesion' }],
  images: lesions.map(({ name, subject, split, diagnosis }, index) => ({
    ...{ id: index + 1, file_name: name, width: side, height: side, patient_id: subject, split, diagnosis },
  })),
  annotations: lesions.flatMap(({ ellipse }, index) =>
    names.slice(0, 2).map((annotator, rater) => ({
      ...{ id: 2 * index + rater + 1, image_id: index + 1, category_id: 1, annotator },
      segmentation: [polygon(raters[annotator](ellipse))],
    })),
  ),
};
const lines = Object.entries(coco).map(([key, value]) =>
  Array.isArray(value)
    ? `"${key}": [\n${value.map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]`
    : `"${key}": ${JSON.stringify(value)}`,
);
await writeFile(join(target, 'lesions-coco/coco.json'), `{\n${lines.join(',\n')}\n}\n`);
