import sharp from 'sharp';
import { barChartSpec, drawBarChart, type Bar, type BarChart } from './bar-chart.ts';

const bar = (name: string, value: number | null): Bar => ({
  name,
  value,
  low: null,
  high: null,
  pale: false,
  mark: null,
});

const chart = (...bars: Bar[]): BarChart => ({
  title: 'A figure',
  axis: 'AUC',
  groups: [{ label: 'a model', bars }],
  low: 0.4,
  high: 1,
  reference: { value: 0.5, label: 'chance' },
  notes: ['A note.'],
});

/** Heights in pixels of what is drawn in each colour, outside of the legend. */
async function heights(png: Buffer, colours: readonly string[]): Promise<number[]> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const rows = colours.map(() => new Set<number>());
  for (let i = 0; i < data.length; i += 3) {
    const colour = `#${data.subarray(i, i + 3).toString('hex')}`;
    const row = Math.floor(i / 3 / info.width);
    // The legend takes the last rows.
    if (row < info.height - 50) rows[colours.indexOf(colour)]?.add(row);
  }
  return rows.map(({ size }) => size);
}

test('a bar twice as far above the start of the axis is twice as high', async () => {
  const png = await drawBarChart(chart(bar('R1', 0.6), bar('R2', 0.8), bar('R3', null)));
  const [first, second, none] = await heights(png, ['#0072b2', '#e69f00', '#009e73']);
  expect(first).toBeGreaterThan(50);
  // The blended edge rows of either bar may be missing.
  expect(Math.abs(second - 2 * first)).toBeLessThanOrEqual(4);
  expect(none).toBe(0);
});

test('the specification is plain JSON, which a page can draw too', () => {
  const spec = barChartSpec(chart(bar('R1', 0.6)));
  expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
});
