import { readSpacing } from './manifest-spacing.ts';

function read(spacing: Parameters<typeof readSpacing>[0], cells: Record<string, string>) {
  const problems: string[] = [];
  const fill = (template: string) => template.replace(/\{(\w+)\}/g, (_, column: string) => cells[column]);
  const found = readSpacing(spacing, cells, fill, (field, message) => problems.push(`${field}: ${message}`));
  return problems.length > 0 ? problems : found;
}

test('numbers hold for every image, columns for their own', () => {
  expect(read([0.5, 0.25], {})).toEqual({ y: 0.5, x: 0.25 });
  expect(read(['{dy}', '{dx}'], { dy: '1e-1', dx: ' 2 ' })).toEqual({ y: 0.1, x: 2 });
  expect(read(['{s}', '{s}'], { s: '0.3' })).toEqual({ y: 0.3, x: 0.3 });
});

test('without a setting it is in the columns spacing_y and spacing_x, where there are such', () => {
  expect(read(undefined, { spacing_y: '2', spacing_x: '1' })).toEqual({ y: 2, x: 1 });
  expect(read(undefined, { spacing_y: '', spacing_x: '' })).toBeUndefined();
  expect(read(undefined, { other: '1' })).toBeUndefined();
});

test('what is no size of a pixel is a problem of its row', () => {
  for (const text of ['0', '-1', 'NaN', 'Infinity', '1 mm'])
    expect(read(['{s}', 1], { s: text })).toContain(
      `spacing: expected the size of a pixel in millimetres, received '${text}'`,
    );
  expect(read(['{s}', 1], { s: '' })).toEqual([
    'spacing: give both the height and the width of a pixel, or neither',
  ]);
});
