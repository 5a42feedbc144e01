import { ended } from '../../../tests/helpers/ended.ts';
import { testJobContext, type TestJobContext } from '../../../tests/helpers/job-context.ts';
import { contents, folderOf, freshName, grey, type Files } from '../../../tests/helpers/image-folder.ts';
import { errorCode } from '../../errors.ts';
import type { QueueWorker } from '../../queue/queue-worker.ts';
import { startWorker } from '../../worker/start-worker.ts';
import { decodeBinaryMask } from '../../storage/mask-codec.ts';
import { requestImport, type ImportDatasetInput } from '../datasets.service.ts';

let context: TestJobContext;
let worker: QueueWorker;

beforeAll(async () => {
  context = await testJobContext();
  worker = await startWorker(context);
}, 120_000);
afterAll(async () => {
  await worker.close();
  await context.close();
});

/** Asks for the import as a client does, and waits for the run's end. */
const imported = async (input: ImportDatasetInput) =>
  ended(context, (await requestImport(context, input)).id);

const image = (id: number, split: string) => ({ id, file_name: `${id}.png`, width: 8, height: 6, split });
const black = (shade: number) => grey(8, 6, [shade, ...Array<number>(47).fill(0)]);

/** Two images and two annotators; polygons and both kinds of run lengths, of one mask in several annotations. */
async function cocoFolder(changes: object = {}, files: Files = {}): Promise<string> {
  const content = {
    categories: [
      { id: 1, name: 'disc' },
      { id: 2, name: 'cup' },
    ],
    images: [
      { ...image(1, 'train'), diagnosis: 1, patient_id: 'p1', age: 61, spacing: [0.5, 0.25] },
      { ...image(2, 'test'), diagnosis: 0, patient_id: 'p2' },
    ],
    annotations: [
      { id: 1, image_id: 1, category_id: 1, annotator: 'Ann', segmentation: [[1, 1, 7, 5, 7, 1, 1, 5]] },
      {
        id: 2,
        image_id: 1,
        category_id: 1,
        annotator: 'Ben',
        segmentation: [
          [2, 1, 6, 1, 6, 4, 2, 4],
          [1.5, 1.5, 5.5, 1.5, 5.5, 4.5, 1.5, 4.5],
        ],
      },
      {
        id: 3,
        image_id: 1,
        category_id: 1,
        annotator: 'Ben',
        iscrowd: 1,
        segmentation: { size: [6, 8], counts: [0, 1, 46, 1] },
      },
      {
        id: 4,
        image_id: 2,
        category_id: 2,
        annotator: 'Ben',
        segmentation: { size: [6, 8], counts: '743N=0C24' },
      },
    ],
    ...changes,
  };
  return folderOf({
    'annotations/all.json': content,
    'images/1.png': await black(1),
    'images/2.png': await black(2),
    ...files,
  });
}

/** Everything but the audit, which tells of each request. */
async function stored(): Promise<string> {
  const tables = JSON.parse(await contents(context)) as unknown[];
  return JSON.stringify(tables.slice(0, -1));
}

async function storedMasks(name: string): Promise<Record<string, string[]>> {
  const annotations = await context.prisma.annotation.findMany({
    where: { current: true, image: { dataset: { name } } },
    include: { image: true, rater: true, structure: true },
  });
  const entries = annotations.map(async ({ image: { path }, rater, structure, sha256 }) => {
    const { mask, width, height } = decodeBinaryMask(await context.blobs.get(sha256));
    const rows = Array.from({ length: height }, (_, y) =>
      [...mask.subarray(y * width, (y + 1) * width)].map((value) => '.#'[value]).join(''),
    );
    return [`${path} ${rater.name} ${structure.name}`, rows] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

test('a COCO folder is recognised, and its masks are stored as pycocotools draws them', async () => {
  const name = freshName();
  const run = await imported({ path: await cocoFolder(), options: { name } });
  expect(run).toMatchObject({
    status: 'succeeded',
    result: { imagesAdded: 2, annotationsAdded: 3, skipped: [] },
  });
  // Single shapes as bench/reference/coco.py prints them; Ben's disc is the union of two squares and two pixels.
  const bowTie = ['........', '.#....#.', '.##..##.', '.##..##.', '.#....#.', '........'];
  expect(await storedMasks(name)).toEqual({
    'images/1.png Ann disc': bowTie,
    'images/1.png Ben disc': ['#.......', '..####..', '..####..', '..####..', '..####..', '.......#'],
    'images/2.png Ben cup': bowTie,
  });
  const images = await context.prisma.image.findMany({
    where: { dataset: { name } },
    orderBy: { path: 'asc' },
    include: { diagnoses: true },
  });
  expect(
    images.map(({ subject, split, spacingY, spacingX, metadata }) => [
      subject,
      split,
      spacingY,
      spacingX,
      metadata,
    ]),
  ).toEqual([
    ['p1', 'train', 0.5, 0.25, { age: 61 }],
    ['p2', 'test', null, null, {}],
  ]);
  expect(images.map(({ diagnoses }) => diagnoses.map(({ source, value }) => [source, value]))).toEqual([
    [['reference', 1]],
    [['reference', 0]],
  ]);
});

test('imported again by its file it changes nothing', async () => {
  const folder = await cocoFolder();
  const first = await imported({ path: folder });
  const before = await stored();
  const again = await imported({ path: `${folder}/annotations/all.json` });
  expect(again.result).toMatchObject({ imagesUnchanged: 2, annotationsAdded: 0, annotationsChanged: 0 });
  expect((again.result as { datasetId: string }).datasetId).toBe(
    (first.result as { datasetId: string }).datasetId,
  );
  expect(await stored()).toBe(before);
});

describe('a bad file is refused, and nothing is stored:', () => {
  const second = { ...image(2, 'test'), file_name: 'gone.png' };
  const cases: [string, object, Files, string, RegExp][] = [
    [
      'an image is not there',
      { images: [image(1, 'train'), second] },
      {},
      'path',
      /^images\/gone.png, row 2, path: there is no file/,
    ],
    [
      'an image has another size',
      {},
      { 'images/2.png': 'small' },
      'width',
      /^images\/2.png, row 2, width: the file is 2×2, its description says 8×6/,
    ],
    [
      'an annotation is of no image',
      { images: [image(1, 'train')] },
      {},
      'image_id',
      /all.json, image_id: annotation 4: there is no image 2/,
    ],
    [
      'there are no images',
      { images: [], annotations: [] },
      {},
      'images',
      /all.json, images: there are no rows/,
    ],
  ];

  test.each(cases)('%s', async (_, changes, files, field, message) => {
    const small = await grey(2, 2, [1, 2, 3, 4]);
    const given = Object.fromEntries(Object.keys(files).map((path) => [path, small]));
    const before = await stored();
    const run = await imported({ path: await cocoFolder(changes, given) });
    expect(run).toMatchObject({ status: 'failed', errorCode: 'BAD_MANIFEST' });
    expect(run.errorMessage).toMatch(message);
    expect(run.errorMessage).toContain(`, ${field}: `);
    expect(await stored()).toBe(before);
  });

  test('or its bad rows and annotations are left out and listed', async () => {
    const changes = { images: [image(1, 'train'), { ...second, id: 3 }] };
    const run = await imported({
      path: await cocoFolder(changes),
      skipBad: true,
      options: { name: freshName() },
    });
    expect(run.result).toMatchObject({
      imagesAdded: 1,
      annotationsAdded: 2,
      skippedRows: 2,
      skipped: [
        { row: 2, field: 'path' },
        { row: null, field: 'image_id' },
      ],
    });
  });
});

describe('a request', () => {
  test('with an unknown format or unknown options is refused before a run is made', async () => {
    const before = await context.prisma.run.count();
    for (const [input, message] of [
      [{ format: 'dicom' }, "unknown reader 'dicom': expected one of manifest, coco"],
      [{ format: 'coco', options: { crowd: 'maybe' } }, "'coco': options.crowd: "],
      [{ format: 'manifest', options: { name: 'x' } }, "'manifest': options: "],
    ] as const) {
      const error: unknown = await requestImport(context, { path: '/x', ...input }).catch(
        (thrown: unknown) => thrown,
      );
      expect((error as Error).message).toContain(message);
      expect(errorCode(error)).toBe('INVALID_INPUT');
    }
    expect(await context.prisma.run.count()).toBe(before);
  });
});
