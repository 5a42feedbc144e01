import { fileName } from './files.ts';

test('another preset, and settings of one’s own, have files of their own, whatever their order', () => {
  expect(fileName('figure-4', 'demo', {})).toBe('figure-4');
  expect(fileName('figure-4', 'paper', {})).toBe('figure-4-paper');
  const seeds = fileName('figure-4', 'demo', { seeds: [1, 2], models: ['dl-cat'] });
  expect(seeds).toMatch(/^figure-4-[0-9a-f]{8}$/);
  expect(fileName('figure-4', 'demo', { models: ['dl-cat'], seeds: [1, 2] })).toBe(seeds);
  expect(fileName('figure-4', 'demo', { models: ['dl-cat'], seeds: [1, 3] })).not.toBe(seeds);
  expect(fileName('figure-4', 'paper', { models: ['dl-cat'], seeds: [1, 2] })).not.toBe(seeds);
});
