import { fileName } from './files.ts';

test('settings of one’s own have files of their own, whatever their order', () => {
  expect(fileName('figure-4', {})).toBe('figure-4');
  const seeds = fileName('figure-4', { seeds: [1, 2], models: ['dl-cat'] });
  expect(seeds).toMatch(/^figure-4-[0-9a-f]{8}$/);
  expect(fileName('figure-4', { models: ['dl-cat'], seeds: [1, 2] })).toBe(seeds);
  expect(fileName('figure-4', { models: ['dl-cat'], seeds: [1, 3] })).not.toBe(seeds);
});
