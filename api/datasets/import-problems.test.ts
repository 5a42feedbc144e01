/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return -- an answer has the shape that its query asked for */
import { testApi, type TestApi } from '../../tests/helpers/api.ts';
import { folderOf, freshName, grey, picture, type Files } from '../../tests/helpers/image-folder.ts';
import { importDatasetJob } from '../jobs/import-dataset.job.ts';
import type { Jobs } from '../jobs/job.ts';
import { createPerform } from '../worker/perform-run.ts';
import { requestImport } from './datasets.service.ts';

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.close());

/** Asks for an import, does it as a worker does, and answers with the run as GraphQL shows it. */
async function imported(folder: string, skipBad = false): Promise<any> {
  const context = { ...api.context, actor: 'tester' };
  const { id } = await requestImport(context, { path: folder, skipBad });
  const log = { info: () => undefined, warn: () => undefined };
  await createPerform({ ...context, log }, { import: importDatasetJob } as Jobs)(
    id,
    new AbortController().signal,
  );
  const { data } = await api.ask(
    `query ($id: ID!) { run(id: $id) { id status errorCode errorMessage result
      problemCauses { severity cause count rows file field message }
      problems(first: 3) { totalCount nodes { severity file row field message cause } pageInfo { endCursor } } } }`,
    { id },
  );
  return data.run;
}

const images = 190;

/** Rows of which most name a mask that is not there; rows 5 and 6 have words of their own for the split. */
async function badFolder(): Promise<string> {
  const rows = Array.from({ length: images }, (_, i) => {
    const split = i === 4 || i === 5 ? `holdout ${i}` : 'test';
    return `${i}.png,${split},${i < 2 ? 'm.png' : `no/${i}.png`}`;
  });
  const pictures = await Promise.all(rows.map(async (_, i) => [`${i}.png`, await picture(i)] as const));
  const files: Files = { ...Object.fromEntries(pictures), 'm.png': await grey(2, 2, [0, 0, 0, 0]) };
  return folderOf({
    'manifest.json': { name: freshName(), table: 't.csv' },
    't.csv': ['path,split,mask:a:s', ...rows].join('\n'),
    ...files,
  });
}

const missing = {
  severity: 'error',
  cause: "mask:a:s: there is no file '…'",
  count: 186,
  rows: [3, 4, 7, 8, 9, 10, 11, 12, 13, 14],
  file: 'no/2.png',
  field: 'mask:a:s',
  message: "there is no file 'no/2.png'",
};
const unknown = {
  severity: 'error',
  cause: "split: unknown split '…': expected one of train, validation, test, none",
  count: 2,
  rows: [5, 6],
  file: '4.png',
  field: 'split',
  message: "unknown split 'holdout 4': expected one of train, validation, test, none",
};

test('all problems of a failed import can be read: grouped by cause, page by page, and a line a cause in the message', async () => {
  const run = await imported(await badFolder());
  expect(run).toMatchObject({
    status: 'failed',
    errorCode: 'BAD_MANIFEST',
    problemCauses: [missing, unknown],
  });
  expect(run.errorMessage.split('\n')).toEqual([
    "no/2.png, row 3, mask:a:s: there is no file 'no/2.png' … and 185 more of this kind (rows 4, 7, 8, 9, …)",
    "4.png, row 5, split: unknown split 'holdout 4': expected one of train, validation, test, none … and 1 more of this kind (rows 6)",
  ]);
  expect(run.problems.totalCount).toBe(188);
  expect(run.problems.nodes.map(({ row }: any) => row)).toEqual([3, 4, 5]);

  const seen: number[] = [];
  for (let after: string | null = null; ;) {
    const { data }: any = await api.ask(
      `query ($id: ID!, $after: String, $cause: String) { run(id: $id) { problems(first: 50, after: $after, cause: $cause) {
        nodes { row } pageInfo { hasNextPage endCursor } } } }`,
      { id: run.id, after, cause: missing.cause },
    );
    seen.push(...data.run.problems.nodes.map(({ row }: any) => row));
    if (!data.run.problems.pageInfo.hasNextPage) break;
    after = data.run.problems.pageInfo.endCursor;
  }
  expect(seen).toEqual(
    Array.from({ length: images }, (_, i) => i + 1).filter((row) => ![1, 2, 5, 6].includes(row)),
  );
});

test('rows that are left out, and warnings, are kept with a run that succeeds', async () => {
  const run = await imported(await badFolder(), true);
  const empty = { severity: 'warning', count: 2, rows: [1, 2], file: 'm.png', field: 'mask:a:s' };
  expect(run.status).toBe('succeeded');
  expect(run.problemCauses).toEqual([
    missing,
    unknown,
    { ...empty, cause: 'mask:a:s: no pixel is the object', message: 'no pixel is the object' },
  ]);
  expect(run.result).toMatchObject({ imagesAdded: 2, skippedRows: 188 });
  expect(run.result.skipped).toHaveLength(100);
  expect(run.result.warnings).toEqual([
    {
      cause: 'mask:a:s: no pixel is the object',
      count: 2,
      examples: [
        'm.png, row 1, mask:a:s: no pixel is the object',
        'm.png, row 2, mask:a:s: no pixel is the object',
      ],
    },
  ]);
  const { data } = await api.ask(
    'query ($id: ID!) { run(id: $id) { problems(severity: warning) { totalCount } problemCauses(severity: error) { count } } }',
    { id: run.id },
  );
  expect(data.run).toEqual({ problems: { totalCount: 2 }, problemCauses: [{ count: 186 }, { count: 2 }] });
});

describe('a zero character ends an import with a clear error:', () => {
  const json = (change: object, image: object) => ({
    'manifest.json': {
      name: freshName(),
      raters: ['a'],
      structures: ['s'],
      split: 'test',
      images: [{ path: 'i.png', ...image }],
      ...change,
    },
  });
  const csv = (row: string) => ({ 'manifest.csv': `path,subject,split,mask:a:s\n${row}\n` });
  test.each<[string, Files, RegExp]>([
    ['in a path', json({}, { path: 'i.png\0x' }), /row 1, images\.0\.path: has a zero character in it$/],
    ['in metadata', json({}, { note: 'a\0b' }), /row 1, images\.0\.note: has a zero character in it$/],
    ['in a rater', json({ raters: ['a\0'] }, {}), /raters\.0: has a zero character in it$/],
    ['in a name', json({ name: 'x\0' }, {}), /name: has a zero character in it$/],
    ['in a cell', csv('i.png,p\0,test,m.png'), /row 1, subject: has a zero character in it$/],
    [
      'after a cell, as padding',
      csv('i.png,p,test,m.png\0\0'),
      /row 1, mask:a:s: has a zero character in it$/,
    ],
  ])('%s', async (_, files, message) => {
    const folder = await folderOf({ 'i.png': await picture(1), 'm.png': await picture(1), ...files });
    for (const skipBad of [false, true]) {
      const run = await imported(folder, skipBad);
      if (run.status === 'succeeded') expect(run.problemCauses[0].message).toMatch(/has a zero character/);
      else {
        expect(run).toMatchObject({ status: 'failed', errorCode: 'BAD_MANIFEST' });
        expect(run.errorMessage).toMatch(message);
      }
    }
  });

  test('in what is asked for, it is refused at once', async () => {
    for (const input of [{ path: '/x\0y' }, { path: '/x', options: { name: 'a\0' } }]) {
      const { errors } = await api.ask(
        'mutation ($input: ImportDatasetInput!) { importDataset(input: $input) { id } }',
        { input },
      );
      expect(errors?.[0]).toMatchObject({
        extensions: { code: 'INVALID_INPUT' },
        message: expect.stringMatching(/zero character/),
      });
    }
  });
});
