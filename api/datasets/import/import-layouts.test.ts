import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../../../tests/helpers/database.ts';
import { folderOf, freshName, grey } from '../../../tests/helpers/image-folder.ts';
import { openBlobStore, type BlobStore } from '../../storage/blob-store.ts';
import { decodeBinaryMask } from '../../storage/mask-codec.ts';
import { importDataset, type ImportRequest } from './import-dataset.ts';

let database: TestDatabase;
let blobs: BlobStore;

beforeAll(async () => {
  database = await testDatabase();
  const blobFolder = await mkdtemp(join(tmpdir(), 'consilium-blobs-'));
  blobs = openBlobStore({ blobFolder, s3: null }, database.pool);
});
afterAll(() => database.close());

/** What is stored after an import whose format is found by looking: diagnoses, metadata, and masks as rows of '.' and '#'. */
async function imported(folder: string, request: Partial<ImportRequest> = {}) {
  const name = freshName();
  const options = { name, split: 'train', ...request.options };
  const report = await importDataset({ pool: database.pool, blobs }, { path: folder, ...request, options });
  const images = await database.prisma.image.findMany({
    where: { dataset: { name } },
    orderBy: { path: 'asc' },
    include: { diagnoses: true, annotations: { include: { rater: true, structure: true } } },
  });
  return { report, images: await Promise.all(images.map(shown)) };
}

interface StoredImage {
  path: string;
  subject: string;
  metadata: unknown;
  diagnoses: { source: string; value: number | null }[];
  annotations: { sha256: string; rater: { name: string }; structure: { name: string } }[];
}

async function shown({ path, subject, metadata, diagnoses, annotations }: StoredImage) {
  const masks = annotations.map(async ({ rater, structure, sha256 }) => {
    const { mask, width } = decodeBinaryMask(await blobs.get(sha256));
    const rows = [...mask].map((value, at) => (at > 0 && at % width === 0 ? ' ' : '') + '.#'[value]);
    return [`${rater.name} ${structure.name}`, rows.join('')] as const;
  });
  const values = Object.fromEntries(diagnoses.map(({ source, value }) => [source, value]));
  return { path, subject, metadata, diagnoses: values, masks: Object.fromEntries(await Promise.all(masks)) };
}

const black = (shade: number) => grey(8, 5, [shade, ...Array<number>(39).fill(0)]);
const white = (...at: number[]) =>
  grey(
    8,
    5,
    Array.from({ length: 40 }, (_, pixel) => (at.includes(pixel) ? 255 : 0)),
  );
const rowsOf = (...at: number[]): string =>
  Array.from(
    { length: 40 },
    (_, pixel) => (pixel > 0 && pixel % 8 === 0 ? ' ' : '') + (at.includes(pixel) ? '#' : '.'),
  ).join('');

test('REFUGE-2: seven raters, two structures', async () => {
  const masks: Record<string, Buffer> = {};
  for (let n = 1; n <= 7; n++) {
    masks[`Training-400/0826/0826_seg_disc_${n}.png`] = await white(n, n + 8);
    masks[`Training-400/0826/0826_seg_cup_${n}.png`] = await white(n);
  }
  const folder = await folderOf({
    'Training-400/0826/0826.jpg': await black(1),
    ...masks,
    'REFUGE1Train.csv': 'imgName,multimaskName,label\ng0001.jpg,x/Training-400/0826/0826_cup.bmp,1\n',
  });
  const { report, images } = await imported(folder, { options: { split: undefined } });
  expect(report).toMatchObject({ imagesAdded: 1, annotationsAdded: 14, diagnosesAdded: 1 });
  expect(images[0]).toMatchObject({ diagnoses: { reference: 1 }, metadata: { original: 'g0001.jpg' } });
  expect(images[0].masks).toMatchObject({ 'R7 disc': rowsOf(7, 15), 'R7 cup': rowsOf(7) });
});

test('TN-SCUI: the files are read whatever case their extension has', async () => {
  const folder = await folderOf({
    'image/1.PNG': await black(2),
    'mask/1.PNG': await white(3, 4),
    'train.csv': 'ID,CATE\n1.PNG,1\n',
  });
  const { images } = await imported(folder);
  expect(images).toMatchObject([
    { path: 'image/1.PNG', diagnoses: { reference: 1 }, masks: { 'reference nodule': rowsOf(3, 4) } },
  ]);
});

const square =
  '[{"points":[{"x":1,"y":1},{"x":4,"y":1},{"x":4,"y":3},{"x":1,"y":3}],"regionType":"freehand"}]';
const ddti = (svg: string): string =>
  `<case><number>1</number><tirads>4a</tirads><mark><image>1</image><svg>${svg}</svg></mark></case>`;

test('DDTI: outlines are drawn in the size of the image file', async () => {
  const folder = await folderOf({ '1.xml': ddti(square), '1_1.jpg': await black(3) });
  const { images } = await imported(folder);
  expect(images).toMatchObject([{ subject: '1', diagnoses: { reference: 1 }, metadata: { tirads: '4a' } }]);
  expect(images[0].masks).toEqual({ 'reference nodule': rowsOf(9, 10, 11, 17, 18, 19) });
});

test('DDTI: an outline outside, and a broken file, are named with their XML file', async () => {
  const folder = await folderOf({
    '1.xml': ddti(square.replace('"x":4', '"x":40')),
    '1_1.jpg': await black(4),
    '2.xml': ddti(square).slice(0, 80),
    '2_1.jpg': await black(5),
    '3.xml': ddti(square),
    '3_1.jpg': 'no picture',
  });
  const error: unknown = await imported(folder).catch((thrown: unknown) => thrown);
  const lines = (error as Error).message.split('\n');
  expect(lines).toEqual([
    expect.stringContaining('1.xml, row 1, svg: region 1 of 1 leaves the picture of 8×5 at (40, 1)'),
    expect.stringMatching(/2\.xml, row 2, xml: line 1, column \d+: this is not XML/),
    expect.stringContaining('3_1.jpg, row 3, path: '),
  ]);
});

test('ISIC: annotators by table', async () => {
  const header = 'ISIC_id,img_filename,seg_filename,annotator\n';
  const folder = await folderOf({
    'images/ISIC_0000004.JPG': await black(6),
    'segs/ISIC_0000004_A04_T1_S1_a.png': await white(1),
    'segs/ISIC_0000004_A06_T1_S1_b.png': await white(1, 2),
    'IMAplusplus_seg_metadata.csv': `${header}ISIC_0000004,x,ISIC_0000004_A04_T1_S1_a.png,A04\nISIC_0000004,x,ISIC_0000004_A06_T1_S1_b.png,A06\n`,
    'IMAplusplus_img_metadata.csv': 'isic_id,benign_malignant,patient_id\nISIC_0000004,benign,IP_1\n',
  });
  const { images } = await imported(folder);
  expect(images).toMatchObject([
    {
      ...{ subject: 'IP_1', diagnoses: { reference: 0 } },
      masks: { 'A04 lesion': rowsOf(1), 'A06 lesion': rowsOf(1, 2) },
    },
  ]);
});

test('LIDC: reading sessions of a slice, with spacing and ratings', async () => {
  const corners = [
    [1, 0],
    [4, 0],
    [4, 3],
    [1, 3],
  ];
  const points = corners
    .map(([x, y]) => `<edgeMap><xCoord>${x}</xCoord><yCoord>${y}</yCoord></edgeMap>`)
    .join('');
  const nodule = `<unblindedReadNodule><characteristics><malignancy>4</malignancy></characteristics><roi><imageZposition>-1.5</imageZposition><imageSOP_UID>1.2.3</imageSOP_UID><inclusion>TRUE</inclusion>${points}</roi></unblindedReadNodule>`;
  const folder = await folderOf({
    'LIDC-IDRI-0007/s/t/1.xml': `<LidcReadMessage xmlns="http://www.nih.gov"><readingSession>${nodule}</readingSession><readingSession/></LidcReadMessage>`,
    'LIDC-IDRI-0007/s/t/1.2.3.png': await black(7),
    'LIDC-IDRI-0007/s/t/slices.csv': 'sop_uid,spacing_y,spacing_x\n1.2.3,0.7,0.7\n',
  });
  const { images } = await imported(folder);
  expect(images).toMatchObject([
    {
      subject: 'LIDC-IDRI-0007',
      diagnoses: { reference: 1, 'reader 1': 1 },
      metadata: { z: -1.5, 'malignancy, reader 1': 4 },
      masks: { 'reader 1 nodule': rowsOf(10, 11, 18, 19), 'reader 2 nodule': rowsOf() },
    },
  ]);
});
