import { parseArgs } from 'node:util';
import { commonOptions, parseCommon } from './common-options.ts';

const parsed = (...args: string[]) => parseCommon(parseArgs({ args, options: commonOptions }).values);

test('how a folder is read goes to the import as it was said', () => {
  const { data, reading } = parsed(
    '--data',
    'd',
    '--name',
    'n',
    '--add',
    '--mirror',
    '--mirror-limit',
    '7',
    '--verify',
  );
  expect(data).toBe('d');
  expect(reading).toMatchObject({
    ...{ name: 'n', add: true, mirror: true, mirrorLimit: 7, verify: true },
    ...{ restore: false, skipBad: false },
  });
});

test('a stored dataset and a cohort of it are taken by name', () => {
  expect(parsed('--dataset', 'd', '--cohort', 'c')).toMatchObject({ dataset: 'd', cohort: 'c' });
});

test.each([
  [['--data', 'd', '--dataset', 'e'], '--data and --dataset exclude each other'],
  [['--dataset', 'd', '--modality', 'fundus'], '--dataset and --modality exclude each other'],
  [['--cohort', 'c'], '--cohort names a cohort of --dataset'],
  [['--data', 'd', '--cohort', 'c'], '--cohort names a cohort of --dataset'],
  [['--dataset', 'd', '--mirror'], '--mirror says how --data is read'],
  [['--name', 'n'], '--name says how --data is read'],
  [['--data', 'd', '--mirror-limit', '3'], '--mirror-limit goes with --mirror'],
  [['--data', 'd', '--mirror', '--mirror-limit', 'some'], '--mirror-limit'],
])('%j is refused', (args, message) => {
  expect(() => parsed(...args)).toThrow(message);
});
