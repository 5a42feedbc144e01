import { z } from 'zod';
import type { GradeTable } from '../grades/grade-table.ts';
import { iterations, ties, type LabelFusion } from './label-fusion.ts';
import { normaliseLogs } from './normalise-logs.ts';

const config = z.strictObject({ ties, ...iterations });
type Config = z.infer<typeof config>;

/** Mean of the normal priors of ability and ease, both of variance 1, and where both start. */
const PRIOR = 1;
/** One step gains enough: the next iteration goes on from there. */
const NEWTON_STEPS = 1;
const HALVINGS = 30;
const IMAGES_A_TURN = 1000;

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
    let probabilities = expectClasses(table, abilities, eases);
    let [iteration, converged] = [0, false];
    while (!converged && iteration < maxIterations) {
      const before = [...abilities, ...eases];
      const powers = eases.map(Math.exp);
      for (let j = 0; j < abilities.length; j++)
        abilities[j] = climb(abilities[j], ability(itemsOfGrader(table, j, probabilities, powers)));
      for (let i = 0; i < eases.length; i++) {
        eases[i] = climb(eases[i], ease(itemsOfImage(table, i, probabilities, abilities)));
        if (i % IMAGES_A_TURN === IMAGES_A_TURN - 1) yield;
      }
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

/** Answers as one ability or one ease sees them: P(the answer is right), and the other factor of α e^b. */
interface Items {
  readonly right: Float64Array;
  readonly times: Float64Array;
}

type Probabilities = readonly (Float64Array | null)[];

function itemsOfGrader(
  { grades }: GradeTable,
  j: number,
  probabilities: Probabilities,
  powers: Float64Array,
): Items {
  const images = [...grades.keys()].filter((i) => grades[i][j] !== null);
  return {
    right: Float64Array.from(images, (i) => probabilities[i]![grades[i][j]!]),
    times: Float64Array.from(images, (i) => powers[i]),
  };
}

function itemsOfImage(
  { grades }: GradeTable,
  i: number,
  probabilities: Probabilities,
  abilities: Float64Array,
): Items {
  const graders = [...grades[i].keys()].filter((j) => grades[i][j] !== null);
  return {
    right: Float64Array.from(graders, (j) => probabilities[i]![grades[i][j]!]),
    times: Float64Array.from(graders, (j) => abilities[j]),
  };
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
  readonly at: (x: number) => number;
  readonly slopes: (x: number) => { readonly first: number; readonly second: number };
}

/** Expected log-likelihood of the answers, x = times · factor, and log-prior of the parameter. */
function expected({ right, times }: Items, factor: number, parameter: number): number {
  let sum = -((parameter - PRIOR) ** 2) / 2;
  for (let k = 0; k < right.length; k++) {
    // log σ(−x) = log σ(x) − x
    const x = factor * times[k];
    sum += logSigmoid(x) - (1 - right[k]) * x;
  }
  return sum;
}

/** Of a grader's ability a: concave. */
function ability(items: Items): Objective {
  const { right, times } = items;
  return {
    at: (a) => expected(items, a, a),
    slopes(a) {
      let [first, second] = [PRIOR - a, -1];
      for (let k = 0; k < right.length; k++) {
        const s = sigmoid(a * times[k]);
        first += (right[k] - s) * times[k];
        second -= s * (1 - s) * times[k] ** 2;
      }
      return { first, second };
    },
  };
}

/** Of an image's ease b. */
function ease(items: Items): Objective {
  const { right, times } = items;
  return {
    at: (b) => expected(items, Math.exp(b), b),
    slopes(b) {
      let [first, second] = [PRIOR - b, -1];
      const power = Math.exp(b);
      for (let k = 0; k < right.length; k++) {
        const x = times[k] * power;
        const s = sigmoid(x);
        first += (right[k] - s) * x;
        second += (right[k] - s) * x - s * (1 - s) * x ** 2;
      }
      return { first, second };
    },
  };
}

/** A few steps uphill: Newton's where the function bends down, else along the slope; halved until it gains. */
function climb(start: number, { at, slopes }: Objective): number {
  let [x, height] = [start, at(start)];
  for (let n = 0; n < NEWTON_STEPS; n++) {
    const { first, second } = slopes(x);
    let step = second < 0 ? -first / second : first;
    let next = at(x + step);
    for (let k = 0; k < HALVINGS && !(next >= height); k++) next = at(x + (step /= 2));
    if (!(next >= height)) return x;
    x += step;
    height = next;
  }
  return x;
}

function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

function logSigmoid(x: number): number {
  return x >= 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
}
