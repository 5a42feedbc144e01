import { renderSvg, text } from './svg.ts';

export interface Bar {
  /** What it stands for: its colour, the same in every group. */
  readonly name: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly hatched: boolean;
  /** A second number, drawn as a mark on the bar. */
  readonly mark: number | null;
}

export interface Group {
  readonly label: string;
  readonly bars: readonly Bar[];
}

export interface BarChart {
  readonly title: string;
  readonly axis: string;
  readonly groups: readonly Group[];
  /** Ends of the axis: bars begin at the lower one. */
  readonly low: number;
  readonly high: number;
  readonly reference: { readonly value: number; readonly label: string };
  readonly notes: readonly string[];
}

const [barWidth, barGap, groupGap, left, top, plotHeight] = [18, 4, 28, 60, 50, 260];
const legendHeight = 20;

/** Eight colours that differ for the colour-blind too (Okabe and Ito 2008), then greys. */
const colours = [
  '#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b8a800', '#444444', '#777777', '#aaaaaa',
]; // prettier-ignore

/** Groups of bars with intervals, as PNG. */
export function drawBarChart(chart: BarChart): Buffer {
  const names = [...new Set(chart.groups.flatMap(({ bars }) => bars.map(({ name }) => name)))];
  const widths = chart.groups.map(({ bars }) => bars.length * (barWidth + barGap) - barGap);
  const plotWidth = widths.reduce((sum, width) => sum + width + groupGap, groupGap);
  const width = Math.max(left + plotWidth + 60, 700);
  const legendTop = top + plotHeight + 44;
  const notesTop = legendTop + Math.ceil(names.length / 2) * legendHeight + 16;
  const height = notesTop + chart.notes.length * 16 + 10;
  let x = left + groupGap;
  const groups = chart.groups.map((group, index) => {
    const at = x;
    x += widths[index] + groupGap;
    return drawGroup(chart, group, at, widths[index], names);
  });
  return renderSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans">` +
      `<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
      `<rect width="2" height="6" fill="#ffffff" fill-opacity="0.55"/></pattern></defs>` +
      `<rect width="100%" height="100%" fill="#ffffff"/>` +
      text(20, 28, 15, chart.title, '#111111', 'bold') +
      drawAxis(chart, left + plotWidth) +
      groups.join('') +
      drawLegend(names, legendTop, width) +
      chart.notes.map((note, line) => text(20, notesTop + 16 * line, 11, note, '#555555')).join('') +
      '</svg>',
  );
}

function drawAxis(chart: BarChart, right: number): string {
  const ticks = Array.from(
    { length: Math.round((chart.high - chart.low) * 10) + 1 },
    (_, k) => chart.low + k / 10,
  );
  const lines = ticks.map((value) => {
    const y = heightOf(chart, value);
    return (
      `<line x1="${left}" x2="${right}" y1="${y}" y2="${y}" stroke="#dddddd"/>` +
      text(left - 32, y + 4, 11, value.toFixed(1), '#333333')
    );
  });
  const y = heightOf(chart, chart.reference.value);
  return (
    lines.join('') +
    `<line x1="${left}" x2="${right}" y1="${y}" y2="${y}" stroke="#888888" stroke-dasharray="5 4"/>` +
    text(right + 4, y + 4, 10, chart.reference.label, '#888888') +
    text(left - 32, top - 10, 11, chart.axis, '#333333')
  );
}

function drawGroup(
  chart: BarChart,
  { label, bars }: Group,
  x: number,
  width: number,
  names: readonly string[],
): string {
  const drawn = bars.map((bar, index) =>
    drawBar(chart, bar, x + index * (barWidth + barGap), colourOf(names, bar.name)),
  );
  const middle = x + width / 2;
  return (
    drawn.join('') +
    `<text x="${middle}" y="${top + plotHeight + 18}" font-size="12" fill="#111111" text-anchor="middle">${label}</text>`
  );
}

function drawBar(
  chart: BarChart,
  { value, low, high, hatched, mark }: Bar,
  x: number,
  colour: string,
): string {
  if (value === null) return text(x + 4, heightOf(chart, chart.low) - 4, 11, '–', '#111111');
  const [y, base] = [heightOf(chart, value), heightOf(chart, chart.low)];
  const place = `x="${x}" y="${y}" width="${barWidth}" height="${base - y}"`;
  const middle = x + barWidth / 2;
  const whisker =
    low === null || high === null
      ? ''
      : `<line x1="${middle}" x2="${middle}" y1="${heightOf(chart, low)}" y2="${heightOf(chart, high)}" stroke="#111111"/>`;
  const markAt = mark === null ? 0 : heightOf(chart, mark);
  const marked =
    mark === null
      ? ''
      : `<rect x="${x - 1}" y="${markAt - 2}" width="${barWidth + 2}" height="4" fill="#ffffff" stroke="#111111"/>`;
  return (
    `<rect ${place} fill="${colour}"/>` +
    (hatched ? `<rect ${place} fill="url(#hatch)"/>` : '') +
    whisker +
    marked
  );
}

function drawLegend(names: readonly string[], y: number, width: number): string {
  return names
    .map((name, index) => {
      const [at, line] = [20 + (index % 2) * (width / 2 - 10), y + Math.floor(index / 2) * legendHeight];
      return (
        `<rect x="${at}" y="${line - 10}" width="12" height="12" fill="${colourOf(names, name)}"/>` +
        text(at + 18, line, 11, name, '#111111')
      );
    })
    .join('');
}

const colourOf = (names: readonly string[], name: string): string =>
  colours[names.indexOf(name) % colours.length] ?? colours[0];

/** Where a value lies on the picture; what is beyond the axis is drawn at its end. */
function heightOf({ low, high }: BarChart, value: number): number {
  const share = (Math.min(Math.max(value, low), high) - low) / (high - low);
  return top + plotHeight * (1 - share);
}
