import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { renderSvg } from './svg.ts';

export interface Bar {
  /** What the bar represents. Sets its colour, which is the same in every group. */
  readonly name: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Drawn paler, with a dashed outline. */
  readonly pale: boolean;
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

/** Eight colours that differ for the colour-blind too (Okabe and Ito 2008), then greys. */
const colours = [
  '#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b8a800', '#444444', '#777777', '#aaaaaa',
]; // prettier-ignore

const barStep = 24;

/** Groups of bars with intervals, as a Vega-Lite specification: plain JSON that a web page can show as well. */
export function barChartSpec({ title, axis, groups, low, high, reference, notes }: BarChart): TopLevelSpec {
  const values = groups.flatMap(({ label, bars }) => bars.map((bar) => ({ group: label, ...bar })));
  const names = [...new Set(values.map(({ name }) => name))];
  const x = { field: 'name', type: 'nominal', sort: names, axis: null } as const;
  const scale = { domain: [low, high], clamp: true };
  const y = (field: string) => ({ field, type: 'quantitative', title: axis, scale }) as const;
  const at = (datum: number) => ({ datum, type: 'quantitative', scale }) as const;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: {
      text: title,
      subtitle: [...notes, `Dashed line: ${reference.label}.`],
      anchor: 'start',
      orient: 'top',
    },
    data: { values },
    facet: {
      column: { field: 'group', type: 'nominal', sort: groups.map(({ label }) => label), title: null },
    },
    spacing: 14,
    resolve: { scale: { x: 'independent' } },
    spec: {
      width: { step: barStep },
      height: 260,
      layer: [
        {
          mark: { type: 'rule', color: '#666666', strokeDash: [5, 4], aria: false },
          encoding: { y: at(reference.value) },
        },
        {
          transform: [{ filter: 'datum.value !== null' }],
          mark: { type: 'bar', clip: true, width: { band: 0.85 } },
          encoding: {
            x,
            y: y('value'),
            y2: { datum: low },
            color: {
              field: 'name',
              type: 'nominal',
              scale: { domain: names, range: colours },
              legend: { title: null, orient: 'bottom', columns: 4, labelLimit: 0, direction: 'horizontal' },
            },
            stroke: {
              field: 'name',
              type: 'nominal',
              scale: { domain: names, range: colours },
              legend: null,
            },
            fillOpacity: { condition: { test: 'datum.pale', value: 0.35 }, value: 1 },
            strokeDash: { condition: { test: 'datum.pale', value: [4, 2] }, value: [1, 0] },
          },
        },
        {
          transform: [{ filter: 'datum.low !== null && datum.high !== null' }],
          mark: { type: 'rule', color: '#111111', clip: true },
          encoding: { x, y: y('low'), y2: { field: 'high' } },
        },
        {
          transform: [{ filter: 'datum.mark !== null' }],
          mark: { type: 'tick', thickness: 4, width: { band: 0.95 }, color: '#ffffff', stroke: '#111111' },
          encoding: { x, y: y('mark') },
        },
        {
          transform: [{ filter: 'datum.value === null' }],
          mark: { type: 'text', text: '–', baseline: 'bottom', fontSize: 14 },
          encoding: { x, y: at(low) },
        },
      ],
    },
    config: {
      font: 'DejaVu Sans',
      background: '#ffffff',
      padding: 20,
      title: { fontSize: 15, subtitleFontSize: 11, subtitleColor: '#555555', subtitlePadding: 8, offset: 18 },
      axis: { grid: true, gridColor: '#dddddd', tickCount: 7, format: '.1f' },
      header: { labelOrient: 'bottom', labelFontSize: 12 },
      view: { stroke: null },
    },
  };
}

/** The chart as PNG. */
export async function drawBarChart(chart: BarChart): Promise<Buffer> {
  const logger = vega.logger(vega.Error); // that groups have scales of their own is meant
  const { spec } = compile(barChartSpec(chart), { logger });
  const view = new vega.View(vega.parse(spec), { renderer: 'none', logger });
  try {
    return renderSvg(await view.toSVG());
  } finally {
    view.finalize();
  }
}
