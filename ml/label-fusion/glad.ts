import { z } from 'zod';
import type { GradeTable } from '../grades/grade-table.ts';
import { iterations, ties, type LabelFusion } from './label-fusion.ts';
import { normaliseLogs } from './normalise-logs.ts';

const config = z.strictObject({ ties, ...iterations });
type Config = z.infer<typeof config>;

/** Mean of the normal priors of ability and ease, both of variance 1, and where both start. */
const PRIOR = 1;
const NEWTON_STEPS = 5;
const HALVINGS = 30;

/**
 * GLAD: a grader of ability α says the right class of an image with the probability σ(α e^b), b the ease of the image
 * (the publication's 1/β = e^−b is its difficulty), and each wrong class with equal share of the rest. EM over the
 * hidden classes, all equally common beforehand; in the M-step abilities and eases climb, each by itself, by Newton's
 * method to the posterior mode under normal priors.
 */
export const glad: LabelFusion<Config> = {
  name: 'glad',
  summary: 'Alternately estimates each image’s value, how easy the image is, and each grader’s ability.',
  citation:
    'Whitehill, Ruvolo, Wu, Bergsma, Movellan: Whose Vote Should Count More: Optimal Integration of Labels from Labelers of Unknown Expertise, NIPS 2009.',
  reconstruction:
    'More than two classes: wrong ones share the rest equally, as in crowd-kit. Priors N(1, 1) of ability and log-ease, and starts at 1, as in crowd-kit. The M-step climbs by Newton’s method, coordinate by coordinate, in place of conjugate gradients; the stationary points are the same.',
  history: ['First version.'],
  config,
  presets: {},
  *fuse(table, { tolerance, maxIterations }) {
    const abilities = new Float64Array(table.graders.length).fill(PRIOR);
    const eases = new Float64Array(table.grades.length).fill(PRIOR);
    const byGrader = table.graders.map((_, j) => answersOf(table, { grader: j }));
    const byImage = table.grades.map((_, i) => answersOf(table, { image: i }));
    let probabilities = expectClasses(table, abilities, eases);
    let [iteration, converged] = [0, false];
    while (!converged && iteration < maxIterations) {
      const before = [...abilities, ...eases];
      const right = ({ image, said }: Answer): number => probabilities[image]![said];
      byGrader.forEach((answers, j) => {
        const items = answers.map((answer) => ({
          right: right(answer),
          times: Math.exp(eases[answer.image]),
        }));
        abilities[j] = climb(abilities[j], ability(items));
      });
      byImage.forEach((answers, i) => {
        const items = answers.map((answer) => ({ right: right(answer), times: abilities[answer.grader] }));
        eases[i] = climb(eases[i], ease(items));
      });
      probabilities = expectClasses(table, abilities, eases);
      converged = [...abilities, ...eases].reduce((sum, x, k) => sum + (x - before[k]) ** 2, 0) < tolerance;
      iteration += 1;
      yield;
    }
    return {
      probabilities,
      graders: [...abilities].map((one) => ({ confusion: null, ability: one })),
      iterations: iteration,
      converged,
    };
  },
};

interface Answer {
  readonly image: number;
  readonly grader: number;
  readonly said: number;
}

function answersOf({ grades, graders }: GradeTable, of: { image?: number; grader?: number }): Answer[] {
  const images = of.image === undefined ? [...grades.keys()] : [of.image];
  const columns = of.grader === undefined ? [...graders.keys()] : [of.grader];
  return images.flatMap((image) =>
    columns.flatMap((grader) => {
      const said = grades[image][grader];
      return said === null ? [] : [{ image, grader, said }];
    }),
  );
}

/** The E-step, in log space. */
function expectClasses(
  { grades, classes }: GradeTable,
  abilities: Float64Array,
  eases: Float64Array,
): (Float64Array | null)[] {
  return grades.map((row, i) => {
    if (row.every((grade) => grade === null)) return null;
    const sums = new Float64Array(classes);
    row.forEach((said, j) => {
      if (said === null) return;
      const x = abilities[j] * Math.exp(eases[i]);
      const wrong = logSigmoid(-x) - Math.log(classes - 1);
      for (let c = 0; c < classes; c++) sums[c] += c === said ? logSigmoid(x) : wrong;
    });
    return normaliseLogs(sums);
  });
}

/** A function of one parameter with its first two derivatives. */
interface Objective {
  at(x: number): number;
  slopes(x: number): { readonly first: number; readonly second: number };
}

/** One answer as its ability or its ease sees it: P(the answer is right), and the other factor of α e^b. */
interface Item {
  readonly right: number;
  readonly times: number;
}

const expected = (x: number, { right }: Item): number => right * logSigmoid(x) + (1 - right) * logSigmoid(-x);

/** Of a grader's ability a, x = a · times: concave. */
function ability(items: readonly Item[]): Objective {
  return {
    at: (a) => items.reduce((sum, item) => sum + expected(a * item.times, item), -((a - PRIOR) ** 2) / 2),
    slopes(a) {
      let [first, second] = [PRIOR - a, -1];
      for (const { right, times } of items) {
        const s = sigmoid(a * times);
        first += (right - s) * times;
        second -= s * (1 - s) * times ** 2;
      }
      return { first, second };
    },
  };
}

/** Of an image's ease b, x = times · e^b. */
function ease(items: readonly Item[]): Objective {
  return {
    at: (b) =>
      items.reduce((sum, item) => sum + expected(item.times * Math.exp(b), item), -((b - PRIOR) ** 2) / 2),
    slopes(b) {
      let [first, second] = [PRIOR - b, -1];
      for (const { right, times } of items) {
        const x = times * Math.exp(b);
        const s = sigmoid(x);
        first += (right - s) * x;
        second += (right - s) * x - s * (1 - s) * x ** 2;
      }
      return { first, second };
    },
  };
}

/** A few steps uphill: Newton's where the function bends down, else along the slope; halved until it gains. */
function climb(start: number, { at, slopes }: Objective): number {
  let x = start;
  for (let n = 0; n < NEWTON_STEPS; n++) {
    const { first, second } = slopes(x);
    let step = second < 0 ? -first / second : first;
    const height = at(x);
    for (let k = 0; k < HALVINGS && !(at(x + step) >= height); k++) step /= 2;
    if (!(at(x + step) >= height)) return x;
    x += step;
  }
  return x;
}

function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

function logSigmoid(x: number): number {
  return x >= 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
}
