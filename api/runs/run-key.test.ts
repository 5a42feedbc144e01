import { canonicalJson } from '../../ml/canonical-json.ts';
import { runKey } from './run-key.ts';

test('the order in which fields were written does not matter', () => {
  const one = runKey({ kind: 'fusion', seed: 1, request: { method: 'mv', options: { a: 1, b: [1, 2] } } });
  const other = runKey({ seed: 1, kind: 'fusion', request: { options: { b: [1, 2], a: 1 }, method: 'mv' } });
  expect(one).toBe(other);
});

test.each([
  ['seed', { kind: 'fusion', seed: 2, request: { a: [1, 2] } }],
  ['kind', { kind: 'training', seed: 1, request: { a: [1, 2] } }],
  ['order of a list', { kind: 'fusion', seed: 1, request: { a: [2, 1] } }],
])('another %s is other work', (_what, request) => {
  expect(runKey(request)).not.toBe(runKey({ kind: 'fusion', seed: 1, request: { a: [1, 2] } }));
});

test('a member that is undefined is as one that is not there', () => {
  expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
});
