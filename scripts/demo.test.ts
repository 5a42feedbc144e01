import { spawn } from 'node:child_process';
import { goodFolder } from '../tests/helpers/image-folder.ts';
import { testDatabase } from '../tests/helpers/database.ts';
import { importDataset } from './client/cohort.ts';
import type { Client } from './client/client.ts';
import { withServer } from './client/command.ts';
import { parseOptions } from './demo/options.ts';
import { numbersOf, type DemoReport } from './demo/report.ts';

test('options that cannot be are refused before any work', () => {
  const parse = (...argv: string[]) => parseOptions(argv);
  expect(() => parse('--modality', 'x-ray')).toThrow(/fundus, ultrasound, dermoscopy/);
  expect(() => parse('--images', '3')).toThrow('at least 30');
  expect(() => parse('--data', 'folder', '--modality', 'fundus')).toThrow('exclude each other');
  expect(parse('--data', 'folder', '--skip-bad')).toMatchObject({
    data: 'folder',
    reading: { skipBad: true },
  });
});

test('a --url that is no address is named', async () => {
  await expect(withServer('nonsense', async () => undefined)).rejects.toThrow(
    /^--url 'nonsense': expected an address/,
  );
});

test('--json writes the numbers of a main job and nothing else', () => {
  const estimate = { value: 0.9, low: 0.8, high: 0.95 };
  const report: DemoReport = {
    modality: 'fundus',
    preset: 'demo',
    backend: 'tensorflow',
    seconds: 1,
    seed: 1,
    diagnosed: true,
    fusions: [{ name: 'majority-vote', transductive: false, auc: estimate, permutedAuc: null }],
    models: [{ name: 'baseline-seg', dice: { disc: { value: 0.9 } }, auc: estimate }],
    raters: [{ name: 'R1', weight: 1, informativeness: null }],
    informativenessCorrelation: null,
    emptyMasks: [],
  };
  expect(Object.keys(numbersOf(report))).toEqual(
    'modality preset backend seconds seed fusions models raters'.split(' '),
  );
});

test('--skip-bad asks the import to go on without bad rows, and lists them, a line a cause', async () => {
  const asked: unknown[] = [];
  const problem = { file: 'a.png', field: 'split', message: "unknown split 'x'" };
  const causes = [
    { severity: 'error', count: 1, rows: [3], ...problem },
    { severity: 'error', count: 190, rows: [4, 5, 6], ...problem, message: "there is no file 'a.png'" },
    { severity: 'warning', count: 2, rows: [7, 9], ...problem, message: 'no pixel is the object' },
  ];
  const answers = [
    { importDataset: { id: 'run' } },
    { run: { result: { datasetId: 'dataset', skippedRows: 191 }, problemCauses: causes } },
  ];
  const client = {
    request: async (_document: string, variables: unknown) => {
      asked.push(variables);
      return answers.shift();
    },
    follow: async () => undefined,
  } as unknown as Client;
  const printed = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  expect(await importDataset(client, '/folder', { skipBad: true })).toBe('dataset');
  const lines = printed.mock.calls.flat();
  printed.mockRestore();
  expect(asked[0]).toEqual({ input: { path: '/folder', skipBad: true } });
  expect(lines.join('\n').split('\n')).toEqual([
    '  left out 191 rows:',
    "    a.png, row 3, split: unknown split 'x'",
    "    a.png, row 4, split: there is no file 'a.png' … and 189 more of this kind (rows 5, 6, …)",
    '  to be looked at:',
    '    a.png, row 7, split: no pixel is the object … and 1 more of this kind (rows 9)',
  ]);
});

test('the demo ends with its server, and says why', async () => {
  const database = await testDatabase();
  const { folder } = await goodFolder();
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/demo.ts', '--data', folder], {
    env: { ...process.env, DATABASE_URL: database.url, CONSILIUM_DATA: folder, CONSILIUM_BACKEND: 'abacus' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  await database.close();
  expect(code).toBe(1);
  expect(said).toContain("unknown backend 'abacus'");
  // Whichever is heard of first.
  expect(said).toMatch(/the (server ended|connection to the server was lost) \(.+\)\n$/);
});
