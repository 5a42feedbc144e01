import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { folderWith, masksOf, readAll, refusal } from './layout.test-helper.ts';

type Points = [number, number][];

const box = (x0: number, y0: number, x1: number, y1: number): Points => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
];
const roi = (uid: string, z: number, points: Points, inclusion = 'TRUE'): string =>
  `<roi><imageZposition>${z}</imageZposition><imageSOP_UID>${uid}</imageSOP_UID><inclusion>${inclusion}</inclusion>` +
  points.map(([x, y]) => `<edgeMap><xCoord>${x}</xCoord><yCoord>${y}</yCoord></edgeMap>`).join('') +
  '</roi>';
const nodule = (malignancy: number | string | null, ...rois: string[]): string =>
  `<unblindedReadNodule><noduleID>Nodule 001</noduleID>${
    malignancy === null
      ? ''
      : `<characteristics><subtlety>5</subtlety><malignancy>${malignancy}</malignancy></characteristics>`
  }${rois.join('')}</unblindedReadNodule>`;
const session = (...nodules: string[]): string =>
  `<readingSession><annotationVersion>3.12</annotationVersion><servicingRadiologistID>anonymous</servicingRadiologistID>` +
  `${nodules.join('')}<nonNodule><nonNoduleID>1</nonNoduleID><imageSOP_UID>1.9</imageSOP_UID></nonNodule></readingSession>`;
const message = (...sessions: string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<LidcReadMessage uid="1.3.6" xmlns="http://www.nih.gov" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<ResponseHeader><Version>1.8.1</Version><SeriesInstanceUid>1.2.3</SeriesInstanceUid><StudyInstanceUID>1.2</StudyInstanceUID></ResponseHeader>
${sessions.join('\n')}
</LidcReadMessage>`;

const scan = message(
  session(
    nodule(5, roi('1.1', -20, box(0, 0, 3, 3)), roi('1.2', -22.5, box(0, 0, 3, 3))),
    nodule(null, roi('1.3', -25, [[4, 4]])),
  ),
  session(
    nodule(2, roi('1.1', -20, box(0, 0, 7, 4)), roi('1.1', -20, box(2, 0, 5, 4), 'FALSE')),
    nodule(4, roi('1.1', -20, box(3, 0, 6, 3))),
  ),
  session(),
  session(nodule(3, roi('1.2', -22.5, box(1, 1, 3, 4)))),
);
const series = 'LIDC-IDRI-0001/study/series';
const tree = {
  [`${series}/069.xml`]: scan,
  [`${series}/1.1.png`]: '',
  [`${series}/1.2.png`]: '',
  [`${series}/slices.csv`]: 'sop_uid,spacing_y,spacing_x\n1.1,0.703125,0.703125\n',
  'LIDC-IDRI-0001/radiograph/series/068.xml':
    '<?xml version="1.0"?><IdriReadMessage><CXRreadingSession/></IdriReadMessage>',
};
const size = { width: 8, height: 5 };

test('a LIDC folder becomes rows, a slice each: patient, spacing, ratings of each reader and their median', async () => {
  const { dataset, rows, problems } = await readAll(await folderWith(tree), { spacing: [1, 2] });
  expect(problems).toEqual([]);
  expect(dataset).toMatchObject({ modality: 'CT', structures: ['nodule'] });
  expect(dataset.raters.map(({ name }) => name)).toEqual(['reader 1', 'reader 2', 'reader 3', 'reader 4']);
  expect(rows.map(({ masks: _, split: __, ...row }) => row)).toEqual([
    {
      row: 1,
      path: `${series}/1.2.png`,
      subject: 'LIDC-IDRI-0001',
      spacing: { y: 1, x: 2 },
      // The median of 5 and 3 is 4; 3 itself says nothing.
      diagnoses: { reference: 1, 'reader 1': 1 },
      metadata: { z: -22.5, 'malignancy, reader 1': 5, 'malignancy, reader 4': 3 },
    },
    {
      row: 2,
      path: `${series}/1.1.png`,
      subject: 'LIDC-IDRI-0001',
      spacing: { y: 0.703125, x: 0.703125 },
      diagnoses: { reference: 1, 'reader 1': 1, 'reader 2': 1 },
      metadata: { z: -20, 'malignancy, reader 1': 5, 'malignancy, reader 2': 4 },
    },
  ]);
});

test('outlines are not part of the nodule, holes are cut out of their own nodule alone, unmarked slices are empty', async () => {
  const { rows } = await readAll(await folderWith(tree));
  const empty = '........ ........ ........ ........ ........';
  expect(await masksOf(rows[1], size)).toEqual({
    'reader 1 nodule': '........ .##..... .##..... ........ ........',
    // Columns 1–6 without 3 and 4, rows 1–3; and of the other nodule 4 and 5, rows 1 and 2.
    'reader 2 nodule': '........ .#####.. .#####.. .##..##. ........'.replace(/\.#####\.\./g, '.##.###.'),
    'reader 3 nodule': empty,
    'reader 4 nodule': empty,
  });
  const skipping = await readAll(await folderWith(tree), { unmarked: 'skip' });
  expect(Object.keys(await masksOf(skipping.rows[1], size))).toEqual(['reader 1 nodule', 'reader 2 nodule']);
});

test('without a folder of the patient the study is the subject; slices may lie elsewhere, and be left out', async () => {
  const folder = await folderWith({ '069.xml': scan, 'png/1.1.png': '' });
  const { rows, problems } = await readAll(folder, { images: 'png', missing: 'skip', indeterminate: 4 });
  expect(problems).toEqual([]);
  expect(rows.map(({ path, subject, diagnoses }) => [path, subject, diagnoses])).toEqual([
    ['png/1.1.png', '1.2', { reference: 1, 'reader 1': 1 }],
  ]);
});

test('all scans of a patient are in one split', async () => {
  const folder = await folderWith({
    'LIDC-IDRI-0132/a/1/1.xml': scan,
    'LIDC-IDRI-0132/a/1/1.1.png': '',
    'LIDC-IDRI-0132/b/2/2.xml': scan,
    'LIDC-IDRI-0132/b/2/1.1.png': '',
  });
  const { rows } = await readAll(folder, { missing: 'skip' });
  expect(rows.map(({ subject }) => subject)).toEqual(['LIDC-IDRI-0132', 'LIDC-IDRI-0132']);
  expect(rows[0].split).toBe(rows[1].split);
});

test('links that lead in circles or outside end', async () => {
  const folder = await folderWith(tree);
  for (const name of ['a', 'b', 'c', 'd']) await symlink(folder, join(folder, name));
  const { rows } = await readAll(folder);
  expect(rows).toHaveLength(2);
});

const one = (content: string | Buffer, more: Record<string, string> = {}) => ({
  '1.xml': content,
  '1.1.png': '',
  ...more,
});
const withNodule = (text: string) => one(message(session(text)));

test.each<[string, Record<string, string | Buffer>, object, string[]]>([
  [
    'XML that is cut off',
    one(scan.slice(0, 900)),
    {},
    [expect.stringMatching(/^1\.xml, row 1, xml: line \d+, column \d+: this is not XML \(/) as string],
  ],
  [
    'an entity from outside',
    one(`<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">${scan.slice(scan.indexOf('<Lidc'))}`),
    {},
    [expect.stringMatching(/^1\.xml, row 1, xml: .*a document type, which is not read$/) as string],
  ],
  [
    'another kind of XML',
    one('<html/>'),
    {},
    ['1.xml, row 1, xml: expected the element LidcReadMessage, found html'],
  ],
  ['a slice that was not exported', one(scan), {}, ["1.xml, row 1, images: there is no image file '1.2.*'"]],
  [
    'a path as the name of a slice',
    withNodule(nodule(3, roi('../../etc/passwd', 0, box(0, 0, 2, 2)))),
    {},
    [
      "1.xml, row 1, xml: reader 1, nodule Nodule 001: imageSOP_UID: expected digits and dots, received '../../etc/passwd'",
    ],
  ],
  [
    'points that are no pixels',
    withNodule(nodule(3, roi('1.1', 0, [...box(0, 0, 2, 2), [-1, 1.5]]))),
    {},
    [
      '1.xml, row 1, xml: reader 1, nodule Nodule 001: edgeMap: expected whole numbers of pixels, received (-1, 1.5)',
    ],
  ],
  [
    'a rating beyond the scale',
    withNodule(nodule(6, roi('1.1', 0, box(0, 0, 2, 2)))),
    {},
    ["1.xml, row 1, xml: reader 1, nodule Nodule 001: malignancy: expected 1 to 5, received '6'"],
  ],
  [
    'an inclusion that is none',
    withNodule(nodule(3, roi('1.1', 0, box(0, 0, 2, 2), 'MAYBE'))),
    {},
    ["1.xml, row 1, xml: reader 1, nodule Nodule 001: inclusion: expected TRUE or FALSE, received 'MAYBE'"],
  ],
  [
    'more sessions than readers',
    one(scan, { '1.2.png': '' }),
    { readers: 3 },
    ['1.xml, row 1, readers: 4 reading sessions: expected at most 3'],
  ],
  [
    'slices outside',
    one(scan),
    { images: '../elsewhere' },
    ["1.xml, row 1, images: '../elsewhere' is outside the folder"],
  ],
  [
    'a spacing that is none',
    one(scan, { '1.2.png': '', 'slices.csv': 'sop_uid,spacing_y,spacing_x\n1.1,0.7,wide\n' }),
    {},
    ["slices.csv, row 2, spacing: row 1: expected millimetres, received '0.7' and 'wide'"],
  ],
  [
    'a table of slices without its columns',
    one(scan, { '1.2.png': '', 'slices.csv': 'uid,mm\n1.1,0.7\n' }),
    {},
    [
      "1.xml, row 1, xml: slices.csv, table: there is no column 'sop_uid', 'spacing_y', 'spacing_x': the columns are uid, mm",
    ],
  ],
])('%s is a problem of its row', async (_, files, options, expected) => {
  expect((await readAll(await folderWith(files), { ...options }, 'lidc')).problems).toEqual(expected);
});

test('an outline that leaves the slice is refused when it is drawn', async () => {
  const { rows } = await readAll(await folderWith(withNodule(nodule(3, roi('1.1', 0, box(0, 0, 600, 3))))));
  await expect(masksOf(rows[0], size)).rejects.toThrow('an outline leaves the picture of 8×5 at (600, 0)');
});

test('what marks no area gives no row: single points, two points, a hole without a nodule', async () => {
  const folder = await folderWith(
    one(
      message(
        session(
          nodule(0, roi('1.1', 0, [[1, 1]])),
          nodule(
            3,
            roi('1.1', 0, [
              [1, 1],
              [5, 1],
            ]),
          ),
          nodule(3, roi('1.1', 0, box(0, 0, 3, 3), 'FALSE')),
        ),
      ),
    ),
  );
  expect((await readAll(folder)).rows).toEqual([]);
});

test('a folder without XML is refused', async () => {
  expect(await refusal(await folderWith({ '1.1.png': '' }), {}, 'lidc')).toBe(
    '<folder>, path: no XML file in the folder, nor 5 folders down',
  );
});
