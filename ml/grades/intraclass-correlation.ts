import { fQuantile } from '../statistics/distributions.ts';
import { undefinedMeasure, type Measure } from '../statistics/measure.ts';
import { noSettings, type GradeMetric } from './grade-metric.ts';
import type { GradeTable } from './grade-table.ts';
import { pooledOverSubjects } from './pooled-over-subjects.ts';

/** Mean squares of a table of n images by k graders: between images, within images, between graders, and the rest. */
interface MeanSquares {
  readonly n: number;
  readonly k: number;
  readonly bms: number;
  readonly wms: number;
  readonly jms: number;
  readonly ems: number;
}

type Bounds = readonly [low: number, high: number];

interface Form {
  /** Shrout and Fleiss' name for it: '2,1'. */
  readonly of: string;
  readonly summary: string;
  readonly formula: string;
  readonly value: (squares: MeanSquares) => number;
  readonly interval: (squares: MeanSquares) => Promise<Bounds>;
}

/**
 * The intraclass correlation of graders, its six forms after Shrout and Fleiss 1979: share of the variance of grades
 * that images make. (1, ·): each image has graders of its own; (2, ·): these graders stand for all graders; (3, ·):
 * these graders alone; (·, 1): of one grader; (·, k): of the mean of k. Grades count as numbers, their places on the
 * scale. Only images that all graded enter.
 *
 * Interval: from F, as published, where each subject has one image; otherwise, F's images not being independent, a
 * bootstrap over subjects. Null with one image or one grader, and where all grades are equal.
 */
function intraclassCorrelation({ of, summary, formula, value, interval }: Form): GradeMetric {
  return {
    name: `icc_${of.replace(',', '_')}`,
    summary,
    formula,
    citation:
      'Shrout, Fleiss, Intraclass correlations: uses in assessing rater reliability, Psychological Bulletin 86(2), 1979.',
    ...noSettings,
    reconstruction: null,
    history: ['First version.'],
    scale: 'ordinal',
    of: 'all',
    async measure(table, seed) {
      const k = table.graders.length;
      if (k < 2) return undefinedMeasure('one grader', table.grades.length);
      const figure = (sums: readonly number[]): number | null => {
        const squares = meanSquares(sums, k);
        return squares && finite(value(squares));
      };
      const whyNone = 'no image that all graded';
      const whyUndefined = 'it takes two images and grades that differ';
      const pooled = pooledOverSubjects(table, { seed, whyNone, whyUndefined, sumsOf: sumsOfRow, figure });
      if (pooled.value === null || new Set(table.subjects).size < table.subjects.length) return pooled;
      return { ...pooled, ...(await boundsOf(table, interval)) };
    },
  };
}

async function boundsOf(table: GradeTable, interval: Form['interval']): Promise<Partial<Measure>> {
  const rows = table.grades.map(sumsOfRow).filter((row) => row !== null);
  const sums = rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0));
  const squares = meanSquares(sums, table.graders.length) as MeanSquares;
  // Grades are whole numbers: what is left of full agreement is rounding, and F would be without bound.
  if (squares.ems < 1e-12 * squares.bms)
    return {
      low: null,
      high: null,
      interval: null,
      note: 'graders differ by a shift at most: F has no bounds',
    };
  const [low, high] = await interval(squares);
  return { low, high, interval: 'f', note: null };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Images, Σ x², Σ over images of their total squared, and each grader's Σ x; null where a grade is missing. */
function sumsOfRow(row: readonly (number | null)[]): number[] | null {
  if (row.some((grade) => grade === null)) return null;
  const grades = row as readonly number[];
  const total = grades.reduce((sum, grade) => sum + grade, 0);
  return [1, grades.reduce((sum, grade) => sum + grade * grade, 0), total ** 2, ...grades];
}

function meanSquares([n, squares, totals, ...byGrader]: readonly number[], k: number): MeanSquares | null {
  if (n < 2) return null;
  const centre = byGrader.reduce((sum, one) => sum + one, 0) ** 2 / (n * k);
  const images = totals / k - centre;
  const graders = byGrader.reduce((sum, one) => sum + one * one, 0) / n - centre;
  const all = squares - centre;
  // Sums of whole grades: a rest below zero is rounding.
  return {
    ...{ n, k },
    bms: images / (n - 1),
    wms: Math.max(0, all - images) / (n * (k - 1)),
    jms: Math.max(0, graders) / (k - 1),
    ems: Math.max(0, all - images - graders) / ((n - 1) * (k - 1)),
  };
}

/** F of images over `error`, at both ends of its 95 % interval. */
async function fBounds({ n, bms }: MeanSquares, error: number, freedom: number): Promise<Bounds> {
  const f = bms / error;
  return [f / (await fQuantile(0.975, n - 1, freedom)), f * (await fQuantile(0.975, freedom, n - 1))];
}

const oneWay = (s: MeanSquares): Promise<Bounds> => fBounds(s, s.wms, s.n * (s.k - 1));
const twoWay = (s: MeanSquares): Promise<Bounds> => fBounds(s, s.ems, (s.n - 1) * (s.k - 1));
const single = ([low, high]: Bounds, k: number): Bounds => [
  (low - 1) / (low + k - 1),
  (high - 1) / (high + k - 1),
];
const average = ([low, high]: Bounds): Bounds => [1 - 1 / low, 1 - 1 / high];
/** Of the mean of k graders, from that of one (Spearman and Brown). */
const ofMean = (bounds: Bounds, k: number): Bounds => {
  const [low, high] = bounds.map((bound) => (k * bound) / (1 + (k - 1) * bound));
  return [low, high];
};

const icc21 = ({ n, k, bms, jms, ems }: MeanSquares): number =>
  (bms - ems) / (bms + (k - 1) * ems + (k * (jms - ems)) / n);

/** Shrout and Fleiss 1979, p. 424: graders' variance has degrees of freedom of its own, after Satterthwaite. */
async function randomGraders(s: MeanSquares): Promise<Bounds> {
  const { n, k, bms, jms, ems } = s;
  const [icc, fj] = [icc21(s), jms / ems];
  const [a, b] = [k * icc * fj, n * (1 + (k - 1) * icc) - k * icc];
  const freedom = ((k - 1) * (n - 1) * (a + b) ** 2) / ((n - 1) * a ** 2 + b ** 2);
  const upper = await fQuantile(0.975, n - 1, freedom);
  const lower = await fQuantile(0.975, freedom, n - 1);
  const rest = k * jms + (k * n - k - n) * ems;
  return [
    (n * (bms - upper * ems)) / (upper * rest + n * bms),
    (n * (lower * bms - ems)) / (rest + n * lower * bms),
  ];
}

const forms: readonly Form[] = [
  {
    of: '1,1',
    summary: 'Reliability of one grade where each image has graders of its own.',
    formula: '(BMS − WMS) / (BMS + (k − 1) WMS)',
    value: ({ k, bms, wms }) => (bms - wms) / (bms + (k - 1) * wms),
    interval: async (s) => single(await oneWay(s), s.k),
  },
  {
    of: '2,1',
    summary: 'Reliability of one grader’s grade, these graders standing for all; absolute agreement.',
    formula: '(BMS − EMS) / (BMS + (k − 1) EMS + k (JMS − EMS) / n)',
    value: icc21,
    interval: randomGraders,
  },
  {
    of: '3,1',
    summary: 'Reliability of one grader’s grade, of these graders alone; a constant shift does not count.',
    formula: '(BMS − EMS) / (BMS + (k − 1) EMS)',
    value: ({ k, bms, ems }) => (bms - ems) / (bms + (k - 1) * ems),
    interval: async (s) => single(await twoWay(s), s.k),
  },
  {
    of: '1,k',
    summary: 'Reliability of the mean grade of k graders where each image has graders of its own.',
    formula: '(BMS − WMS) / BMS',
    value: ({ bms, wms }) => (bms - wms) / bms,
    interval: async (s) => average(await oneWay(s)),
  },
  {
    of: '2,k',
    summary: 'Reliability of the mean grade of the k graders, these standing for all; absolute agreement.',
    formula: '(BMS − EMS) / (BMS + (JMS − EMS) / n)',
    value: ({ n, bms, jms, ems }) => (bms - ems) / (bms + (jms - ems) / n),
    interval: async (s) => ofMean(await randomGraders(s), s.k),
  },
  {
    of: '3,k',
    summary: 'Reliability of the mean grade of these k graders; a constant shift does not count.',
    formula: '(BMS − EMS) / BMS',
    value: ({ bms, ems }) => (bms - ems) / bms,
    interval: async (s) => average(await twoWay(s)),
  },
];

export const intraclassCorrelations = forms.map(intraclassCorrelation);
