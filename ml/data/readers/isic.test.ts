import { folderWith, masksOf, readAll, refusal } from './layout.test-helper.ts';

const seg = (id: string, annotator: string, object: string): string =>
  `ISIC_${id},ISIC_${id}.JPG,ISIC_${id}_${annotator}_T1_S1_${object}.png,${annotator},T1,S1,${object},md5\n`;
const masks = [
  ['0000004', 'A04', 'aa'],
  ['0000004', 'A06', 'bb'],
  ['0000004', 'A06', 'cc'],
  ['0000004', 'MV', 'MV'],
  ['0000004', 'ST', 'ST'],
  ['0000013', 'A03', 'dd'],
] as const;
const segHeader = 'ISIC_id,img_filename,seg_filename,annotator,tool,skill_level,mskObjectID,mask_md5\n';
const imgHeader =
  'isic_id,age_approx,benign_malignant,diagnosis_1,diagnosis_2,lesion_id,patient_id,pixels_x,sex\n';

const tree: Record<string, string> = {
  'images/ISIC_0000004.JPG': '',
  'images/ISIC_0000013.jpg': '',
  'images/ISIC_0000099.jpg': '',
  ...Object.fromEntries(masks.map(([id, a, object]) => [`segs/ISIC_${id}_${a}_T1_S1_${object}.png`, ''])),
  'IMAplusplus_seg_metadata.csv': segHeader + masks.map(([id, a, object]) => seg(id, a, object)).join(''),
  'IMAplusplus_multiannotator_subset_seg_metadata.csv': segHeader + seg('0000004', 'A04', 'aa'),
  'IMAplusplus_img_metadata.csv':
    imgHeader +
    'ISIC_0000004,45.0,malignant,Malignant,Malignant melanocytic proliferations (Melanoma),,IP_1,1022,female\n' +
    'ISIC_0000013,,indeterminate/benign,Indeterminate,,IL_7,,1022,\n',
};

test('IMA++ becomes rows: annotators by the table, consensus left out, a second mask of an annotator kept apart', async () => {
  const { dataset, rows, problems } = await readAll(await folderWith(tree));
  expect(problems).toEqual([]);
  expect(dataset).toMatchObject({ modality: 'dermoscopy', structures: ['lesion'] });
  expect(dataset.raters.map(({ name }) => name)).toEqual(['A03', 'A04', 'A06', 'A06 (2)']);
  expect(rows.map(({ path, subject, diagnoses }) => [path, subject, diagnoses])).toEqual([
    ['images/ISIC_0000004.JPG', 'IP_1', { reference: 1 }],
    ['images/ISIC_0000013.jpg', 'IL_7', {}],
  ]);
  expect(await Promise.all(rows.map((row) => masksOf(row)))).toEqual([
    {
      'A04 lesion': 'segs/ISIC_0000004_A04_T1_S1_aa.png',
      'A06 lesion': 'segs/ISIC_0000004_A06_T1_S1_bb.png',
      'A06 (2) lesion': 'segs/ISIC_0000004_A06_T1_S1_cc.png',
    },
    { 'A03 lesion': 'segs/ISIC_0000013_A03_T1_S1_dd.png' },
  ]);
  expect(rows[0].metadata).toEqual({
    ...{ age_approx: 45, benign_malignant: 'malignant', diagnosis_1: 'Malignant', sex: 'female' },
    diagnosis_2: 'Malignant melanocytic proliferations (Melanoma)',
  });
});

test('images with too few masks are left out; asking for more than there are is refused', async () => {
  const folder = await folderWith(tree);
  expect((await readAll(folder, { minAnnotators: 2 })).rows.map(({ path }) => path)).toEqual([
    'images/ISIC_0000004.JPG',
  ]);
  expect(await refusal(folder, { minAnnotators: 9 })).toBe(
    '<folder>, minAnnotators: no image has masks of 9 annotators or more',
  );
});

test('without a table the names say who drew: levels of skill, or the one mask of a challenge', async () => {
  const folder = await folderWith({
    'ISIC_0000000.jpg': '',
    'ISIC_0000000_expert.png': '',
    'ISIC_0000000_novice.png': '',
    'ISIC_0000001.jpg': '',
    'ISIC_0000001_segmentation.png': '',
    'truth.csv': 'image_id,melanoma,seborrheic_keratosis\nISIC_0000000,1.0,0.0\nISIC_0000001,0.0,1.0\n',
  });
  const { dataset, rows, problems } = await readAll(folder, { positive: 'melanoma' });
  expect(problems).toEqual([]);
  expect(dataset.raters.map(({ name }) => name)).toEqual(['expert', 'novice', 'segmentation']);
  expect(rows.map(({ subject, diagnoses }) => [subject, diagnoses])).toEqual([
    ['ISIC_0000000', { reference: 1 }],
    ['ISIC_0000001', { reference: 0 }],
  ]);
});

test.each<[string, 'malignant' | 'melanoma', object]>([
  ['benign,,,', 'malignant', { reference: 0 }],
  ['malignant,,,', 'malignant', { reference: 1 }],
  [',Malignant,Malignant epidermal proliferations,', 'malignant', { reference: 1 }],
  ['indeterminate,,,', 'malignant', {}],
  [',Indeterminate,,', 'malignant', {}],
  [',,,', 'malignant', {}],
  ['malignant,Malignant,Malignant epidermal proliferations,', 'melanoma', { reference: 0 }],
  [
    'malignant,Malignant,Malignant melanocytic proliferations (Melanoma),Melanoma in situ',
    'melanoma',
    { reference: 1 },
  ],
  [',Benign,Benign melanocytic proliferations,Nevus', 'melanoma', { reference: 0 }],
  [',Indeterminate,Indeterminate melanocytic proliferations,', 'melanoma', {}],
  [',,,', 'melanoma', {}],
])('%s is, asked for %s, %j', async (cells, positive, expected) => {
  const folder = await folderWith({
    'ISIC_0000000.jpg': '',
    'ISIC_0000000_expert.png': '',
    'metadata.csv': `isic_id,benign_malignant,diagnosis_1,diagnosis_2,diagnosis_3\nISIC_0000000,${cells}\n`,
  });
  expect((await readAll(folder, { positive })).rows[0].diagnoses).toEqual(expected);
});

test.each<[string, Record<string, string>, string[], object, string[]]>([
  [
    'a mask that is not there',
    {},
    ['segs/ISIC_0000004_A06_T1_S1_bb.png'],
    {},
    [
      "segs/ISIC_0000004_A06_T1_S1_bb, row 1, mask of 'A06': there is no image file 'ISIC_0000004_A06_T1_S1_bb.*'",
    ],
  ],
  ['… which may be passed over', {}, ['segs/ISIC_0000004_A06_T1_S1_bb.png'], { missing: 'skip' }, []],
  [
    'an image that is not there',
    {},
    ['images/ISIC_0000013.jpg'],
    {},
    ["images/ISIC_0000013, row 2, path: there is no image file 'ISIC_0000013.*'"],
  ],
  [
    'a word that is no diagnosis',
    {
      'IMAplusplus_img_metadata.csv': `${imgHeader}ISIC_0000004,,bening,,,,,,\nISIC_0000013,,benign,,,,,,\n`,
    },
    [],
    {},
    ["ISIC_0000004, row 1, diagnosis: expected benign, malignant or indeterminate, received 'bening'"],
  ],
  [
    'an image that the table of images leaves out',
    { 'IMAplusplus_img_metadata.csv': `${imgHeader}ISIC_0000004,,benign,,,,,,\n` },
    [],
    {},
    ['ISIC_0000013, row 2, metadata: expected one row in the table of images, found 0'],
  ],
])('%s is a problem of its row', async (_, changes, gone, options, expected) => {
  const files = Object.entries({ ...tree, ...changes }).filter(([path]) => !gone.includes(path));
  expect((await readAll(await folderWith(Object.fromEntries(files)), { ...options })).problems).toEqual(
    expected,
  );
});

test.each<[string, Record<string, string>, object, string]>([
  [
    'two tables of masks',
    { 'a.csv': segHeader, 'b.csv': segHeader, 'ISIC_0000000_x.png': '', 'ISIC_0000000.jpg': '' },
    {},
    '<folder>, options.segmentations: 2 tables have the columns ISIC_id, seg_filename, annotator: name one of a.csv, b.csv',
  ],
  [
    'a table without an annotator',
    { ...tree, 'IMAplusplus_seg_metadata.csv': `${segHeader}ISIC_0000004,a,b.png,,T1,S1,x,y\n` },
    {},
    'IMAplusplus_seg_metadata.csv, row 1, annotator: is empty',
  ],
  [
    'no masks',
    { 'images/ISIC_0000000.jpg': '' },
    { masks: 'elsewhere' },
    '<folder>, path: no masks called ISIC_0000000_….png: looked for them in elsewhere',
  ],
  [
    'masks outside',
    tree,
    { masks: '../segs' },
    '<folder>, path: no masks called ISIC_0000000_….png: looked for them in ../segs',
  ],
  [
    'no images',
    { 'segs/ISIC_0000000_expert.png': '' },
    {},
    '<folder>, path: no images called ISIC_0000000.jpg: looked in images and the folder',
  ],
])('%s: refused as a whole', async (_, files, options, message) => {
  expect(await refusal(await folderWith(files), { ...options }, 'isic')).toBe(message);
});
