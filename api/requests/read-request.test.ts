import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunKind } from '../../prisma/client/client.ts';
import { readRequest } from './read-request.ts';
import type { RequestOf } from './requests.ts';

interface Fixture {
  readonly kind: RunKind;
  readonly config: Record<string, unknown>;
}

/** What version 0.1.0 stored for each kind of run, with every method and preset that it had. */
const stored = readFileSync(join(import.meta.dirname, 'fixtures', '0.1.0.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Fixture);

const run = (kind: RunKind, config: unknown) => ({ id: 'r1', kind, codeVersion: '0.1.0', config }) as never;
const training = stored.find(({ config }) => config['method'] === 'take-and-give')!.config;

test('every request that 0.1.0 stored can be read, and says what it said', () => {
  expect(stored.length).toBeGreaterThan(80);
  for (const { kind, config } of stored) {
    const request = readRequest(kind, run(kind, config));
    const { training: asked, controlFusionId, ...rest } = config;
    expect(request).toMatchObject(rest);
    if (kind === 'evaluation') {
      const controlFusionIds = controlFusionId == null ? [] : [controlFusionId];
      expect(request).toMatchObject({ controlFusionIds });
    }
    if (kind !== 'training') continue;
    const fitted = Object.keys(asked as object).length === 0;
    const { training: read } = request as RequestOf<'training'>;
    if (fitted) expect(read).toBeNull();
    else expect(read).toMatchObject(asked as object);
  }
});

test('folds that 0.1.0 stored are by name, a control is one permutation of images', () => {
  const left = stored.filter(
    ({ config }) => (config['training'] as { leaveOut?: unknown } | undefined)?.leaveOut,
  );
  expect(left.length).toBeGreaterThan(0);
  for (const { config } of left) {
    const { training: read } = readRequest('training', run('training', config));
    expect(read?.leaveOut).toMatchObject({ division: 'by-name' });
  }
  const { fold, controlFusionIds } = readRequest(
    'evaluation',
    run('evaluation', { fusionId: 'f', fold: { index: 0, of: 2 }, controlFusionId: 'c' }),
  );
  expect(fold).toEqual({ index: 0, of: 2, division: 'by-name' });
  expect(controlFusionIds).toEqual(['c']);
  const control = stored.find(({ config }) => config['permutedDiagnoses'] === true)!;
  const { permutation } = readRequest('fusion', run('fusion', control.config));
  expect(permutation).toEqual({ index: 0, by: 'image' });
});

test('a key that came later has its default', () => {
  const older = { ...(training['training'] as Record<string, unknown>) };
  delete older['minSteps'];
  const request = readRequest('training', run('training', { ...training, training: older }));
  expect(request.training).toMatchObject({ minSteps: 0 });
  expect(request.version).toBe(1);
});

test.each<[string, RunKind, Record<string, unknown>, RegExp]>([
  [
    'a setting out of range',
    'training',
    { ...training, training: { ...(training['training'] as object), epochs: 0 } },
    /run r1: .*training\.epochs: .*>=1, received 0/,
  ],
  [
    'a setting of the method that is not one',
    'training',
    { ...training, config: { ...(training['config'] as object), heads: 'eight' } },
    /config\.heads: .*number.*received "eight"/,
  ],
  ['a method that is gone', 'training', { ...training, method: 'u-net-9' }, /unknown model 'u-net-9'/],
  ['a key of a later version', 'agreement', { snapshotId: 's', per: 'pixel' }, /"per"/],
  ['nothing at all', 'fusion', {}, /snapshotId/],
])('%s is refused at once: the error names run, key and what to do', (_what, kind, config, message) => {
  expect(() => readRequest(kind, run(kind, config))).toThrow(message);
  expect(() => readRequest(kind, run(kind, config))).toThrow(/ask for the \w+ anew/);
});
