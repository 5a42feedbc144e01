import { folderWith, masksOf, readAll, refusal } from './layout.test-helper.ts';

const svg = (...outlines: [number, number][][]): string =>
  JSON.stringify(
    outlines.map((points) => ({
      points: points.map(([x, y]) => ({ x, y })),
      annotation: { type: 'Rectangle' },
      regionType: 'freehand',
    })),
  );
const mark = (image: number | string, text: string): string =>
  `<mark>\n<image>${image}</image>\n<svg>${text}</svg>\n</mark>`;
const xml = (number: number, tirads: string, marks: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<case>
<number>${number}</number><age>54</age><sex>F</sex>
<composition>solid</composition><echogenicity>hypoechogenicity</echogenicity>
<margins>ill- defined</margins><calcifications>non</calcifications>
<tirads>${tirads}</tirads><reportbacaf/><reporteco/>
${marks}
</case>`;

const square: [number, number][] = [
  [2, 1],
  [6, 1],
  [6, 4],
  [2, 4],
];
const corner: [number, number][] = [
  [0, 0],
  [2, 0],
  [2, 1],
  [0, 1],
];
const size = { width: 8, height: 6 };

const tree = {
  '1.xml': xml(1, '4a', mark(1, svg(square, corner))),
  '1_1.jpg': '',
  '12.xml': xml(12, '3', mark(1, svg(square)) + mark(2, '')),
  '12_1.jpg': '',
  '12_2.jpg': '',
  '12_3.jpg': '',
  '7.xml': xml(7, '', mark(1, svg(square, [[3, 3]])) + mark(1, svg(corner))),
  '7_1.png': '',
};

test('a DDTI folder becomes rows: outlines, case as subject, grade as diagnosis, what is known of the case', async () => {
  const { dataset, rows, problems } = await readAll(await folderWith(tree));
  expect(problems).toEqual([]);
  expect(dataset).toMatchObject({ structures: ['nodule'], raters: [{ name: 'reference' }] });
  expect(rows.map(({ path, subject, diagnoses }) => [path, subject, diagnoses])).toEqual([
    ['1_1.jpg', '1', { reference: 1 }],
    ['12_1.jpg', '12', { reference: 0 }],
    ['12_2.jpg', '12', { reference: 0 }],
    ['12_3.jpg', '12', { reference: 0 }],
    ['7_1.png', '7', {}],
  ]);
  expect(rows[0].metadata).toEqual({
    ...{ age: 54, sex: 'F', composition: 'solid', echogenicity: 'hypoechogenicity' },
    ...{ margins: 'ill- defined', calcifications: 'non', tirads: '4a' },
  });
  expect(new Set(rows.slice(1, 4).map(({ split }) => split)).size).toBe(1);
});

test('several outlines of an image are one mask, an image without any is not annotated, a stray click is counted', async () => {
  const { rows } = await readAll(await folderWith(tree));
  const one = '##...... ..####.. ..####.. ..####.. ........ ........';
  expect(await Promise.all(rows.map((row) => masksOf(row, size)))).toEqual([
    { 'reference nodule': one },
    { 'reference nodule': one.replace('##', '..') },
    {},
    {},
    { 'reference nodule': one },
  ]);
  expect(rows[4].metadata).toMatchObject({ strayMarks: 1 });
});

test.each([
  ['3', '2', 0],
  ['3', '3', 1],
  ['4a', '3', 0],
  ['4a', '4A', 1],
  ['4b', '4a', 0],
  ['5', '4c', 0],
  ['5', '5', 1],
] as const)('from %s on malignant: %s is %i', async (malignantFrom, grade, value) => {
  const folder = await folderWith({ '1.xml': xml(1, grade, mark(1, '')), '1_1.jpg': '' });
  const { rows } = await readAll(folder, { malignantFrom });
  expect(rows[0].diagnoses).toEqual({ reference: value });
});

test('an outline that leaves the picture is an error, or cut off where this is asked for', async () => {
  const wide: [number, number][] = [
    [-3, 1],
    [11, 1],
    [11, 4],
    [-3, 4],
  ];
  const folder = await folderWith({ '1.xml': xml(1, '2', mark(1, svg(wide))), '1_1.jpg': '' });
  const draw = async (options: object) => masksOf((await readAll(folder, { ...options })).rows[0], size);
  await expect(draw({})).rejects.toThrow('region 1 of 1 leaves the picture of 8×6 at (-3, 1)');
  expect(await draw({ outside: 'clip' })).toEqual({
    'reference nodule': '........ ######## ######## ######## ........ ........',
  });
  const far = await folderWith({
    '1.xml': xml(1, '2', mark(1, svg([...wide, [1e9, 2]]))),
    '1_1.jpg': '',
  });
  const { rows } = await readAll(far, { outside: 'clip' });
  await expect(masksOf(rows[0], size)).rejects.toThrow(/leaves the picture of 8×6 at \(1000000000, 2\)/);
});

test('an outline that scribbles over everything many times is refused before it is drawn', async () => {
  const scribble = Array.from({ length: 2000 }, (_, at): [number, number] => [(at % 2) * 8, at % 6]);
  const folder = await folderWith({ '1.xml': xml(1, '2', mark(1, svg(scribble))), '1_1.jpg': '' });
  const { rows } = await readAll(folder);
  await expect(masksOf(rows[0], size)).rejects.toThrow(/has an outline of \d+ pixels: at most 640/);
});

const broken = (content: string | Buffer) => ({ ...tree, '7.xml': content });

test.each<[string, Record<string, string | Buffer>, string[]]>([
  [
    'XML that is cut off',
    broken(xml(7, '2', '').slice(0, 120)),
    [expect.stringMatching(/^7\.xml, row 5, xml: line \d+, column \d+: this is not XML \(/) as string],
  ],
  ['an empty file', broken(''), [expect.stringMatching(/^7\.xml, row 5, xml: .*this is not XML/) as string]],
  [
    'another kind of XML',
    broken('<annotation><case/></annotation>'),
    ['7.xml, row 5, xml: expected the element case, found annotation'],
  ],
  [
    'an entity from outside',
    broken('<!DOCTYPE case [<!ENTITY x SYSTEM "file:///etc/passwd">]><case><age>&x;</age></case>'),
    [
      expect.stringMatching(
        /^7\.xml, row 5, xml: line 1, column \d+: a document type, which is not read$/,
      ) as string,
    ],
  ],
  [
    'entities that grow',
    broken('<!DOCTYPE case [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><case><age>&b;</age></case>'),
    [expect.stringMatching(/a document type, which is not read$/) as string],
  ],
  [
    'an unknown entity',
    broken('<case><age>&x;</age></case>'),
    [expect.stringMatching(/this is not XML \(/) as string],
  ],
  [
    'elements too deep',
    broken('<case>'.repeat(100_000)),
    [expect.stringMatching(/more than 32 elements inside each other$/) as string],
  ],
  [
    'too many elements',
    broken(`<case>${'<a/>'.repeat(500_000)}</case>`),
    [expect.stringMatching(/more than 500000 elements$/) as string],
  ],
  ['a file too large', broken(Buffer.alloc(17 * 2 ** 20, 32)), ['7.xml, row 5, xml: is larger than 16 MiB']],
  [
    'bytes in no known encoding',
    broken(Buffer.from('<case><sex>\xff</sex></case>', 'latin1')),
    ['7.xml, row 5, xml: cannot be read as utf-8'],
  ],
  [
    'a declared encoding that is none',
    broken('<?xml version="1.0" encoding="klingon"?><case/>'),
    ['7.xml, row 5, xml: cannot be read as klingon'],
  ],
  [
    'an image that is named and is not there',
    { ...tree, '7.xml': xml(7, '2', mark(2, svg(square))) },
    ["7.xml, row 5, image: image 2: there is no image file '7_2.*'"],
  ],
  [
    'a path as the number of an image',
    broken(xml(7, '2', mark('../1_1', ''))),
    ['7.xml, row 5, xml: a mark names the image "../1_1": expected a number'],
  ],
  [
    'an image without XML',
    { ...tree, '8_1.jpg': '' },
    ['8_1, row 6, image: no XML file belongs to this image'],
  ],
  [
    'outlines that are cut off, as in 197.xml and 205.xml',
    broken(xml(7, '2', mark(1, svg(square).slice(0, -10)))),
    [
      expect.stringMatching(
        /^7\.xml, row 5, svg: image 1: expected a JSON list of regions, received ".*" at its end$/,
      ) as string,
    ],
  ],
  [
    'points that are none',
    broken(xml(7, '2', mark(1, '[{"points":[{"x":1},{"x":2,"y":2},{"x":"3","y":1}]}, null]'))),
    [
      '7.xml, row 5, svg: image 1: region 1 of 2: expected points with x and y',
      '7.xml, row 5, svg: image 1: region 2 of 2: expected points with x and y',
    ],
  ],
  [
    'a fact of many words',
    broken(xml(7, '2', mark(1, '')).replace('solid', 'solid '.repeat(200))),
    ['7.xml, row 5, composition: image 1: more than 1000 characters'],
  ],
  [
    'a grade that is none',
    broken(xml(7, '6', mark(1, ''))),
    ['7.xml, row 5, tirads: image 1: unknown grade "6": expected one of 1, 2, 3, 4a, 4b, 4c, 5'],
  ],
])('%s is a problem of its row', async (_, files, expected) => {
  const { rows, problems } = await readAll(await folderWith(files));
  expect(problems).toEqual(expected);
  expect(rows.map(({ path }) => path)).toEqual(expect.arrayContaining(['1_1.jpg', '12_1.jpg']));
});

test('Latin-1 that says so, UTF-16 and a byte order mark are read', async () => {
  const text = (encoding: string) =>
    `<?xml version="1.0" encoding="${encoding}"?><case><sex>Señora</sex><mark><image>1</image></mark></case>`;
  const folder = await folderWith({
    '1.xml': Buffer.from(text('ISO-8859-1'), 'latin1'),
    '1_1.jpg': '',
    '2.xml': Buffer.from(`\uFEFF${text('UTF-16')}`, 'utf16le'),
    '2_1.jpg': '',
    '3.xml': Buffer.from(`\uFEFF${text('utf-8')}`),
    '3_1.jpg': '',
    '4.xml': Buffer.from(text('UTF-16')),
    '4_1.jpg': '',
  });
  const { rows, problems } = await readAll(folder);
  expect(problems).toEqual([]);
  expect(rows.map(({ metadata }) => metadata)).toEqual(Array(4).fill({ sex: 'Señora' }));
});

test('a folder without XML is refused', async () => {
  expect(await refusal(await folderWith({ '1_1.jpg': '' }), {}, 'ddti')).toBe(
    '<folder>, path: the folder has no XML files: expected 1.xml beside 1_1.jpg',
  );
});
