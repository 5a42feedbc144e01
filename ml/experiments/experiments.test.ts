import { foldsOf } from '../data/fold.ts';
import { configOf } from '../method.ts';
import { figure4 } from './figure-4.ts';
import { experiments } from './index.ts';
import { needs, type Plan } from './plan.ts';
import { createPlanner } from './planner.ts';

const subject = { raters: ['R1', 'R2'], structures: ['disc', 'cup'], diagnosed: true };
/** What every experiment can do without knowing which further models there are. */
const planOf = (name: string, config: Record<string, unknown> = {}): Plan => {
  const experiment = experiments.get(name);
  return experiment.plan(subject, configOf<unknown>(experiment, { preset: 'demo', config }), 'demo');
};

describe.each(experiments.names)('%s', (name) => {
  test('each step stands once, after those that it needs', () => {
    const { steps } = planOf(name, { seeds: [1, 2] });
    const seen = new Set<string>();
    for (const step of steps) {
      expect(needs(step).filter((key) => !seen.has(key))).toEqual([]);
      expect(seen.has(step.key)).toBe(false);
      seen.add(step.key);
    }
  });

  test('every cell has one step a seed, or one a seed and permutation, and no step is for nothing', () => {
    const { steps, cells } = planOf(name, { seeds: [1, 2] });
    for (const cell of cells) {
      const permutations = new Set(cell.steps.map(({ permutation }) => permutation));
      const expected = [1, 2].flatMap((seed) =>
        [...permutations].map((permutation) => `${seed} ${permutation}`),
      );
      expect(cell.steps.map(({ seed, permutation }) => `${seed} ${permutation}`)).toEqual(expected);
      expect(permutations.size).toBe(cell.method.endsWith('labels permuted') ? 5 : 1);
    }
    const used = new Set(cells.flatMap((cell) => cell.steps.map(({ key }) => key)));
    for (const step of [...steps].reverse())
      if (used.has(step.key)) needs(step).forEach((key) => used.add(key));
    expect(steps.filter(({ key }) => !used.has(key))).toEqual([]);
  });

  test('a second seed does all the work again and fills the same places', () => {
    const [one, two] = [planOf(name), planOf(name, { seeds: [1, 2] })];
    expect(two.steps.length).toBe(2 * one.steps.length);
    expect(two.cells.length).toBe(one.cells.length);
    expect(two.comparisons.length).toBe(one.comparisons.length);
  });
});

test('Figure 4 shows the published protocol, the controlled one, and the fusions that are the same in both', () => {
  const { cells } = planOf('figure-4');
  const protocols = Object.fromEntries(cells.map(({ method, protocol }) => [method, protocol]));
  expect(protocols).toEqual({
    'majority-vote': 'both',
    staple: 'both',
    aggnet: 'both',
    'max-mig': 'both',
    'df-gt-expg': 'paper',
    'df-gt-training-map expg': 'leak-controlled',
    'df-gt-training-map expg, labels permuted': 'leak-controlled',
  });
});

test('with the leak closed, θ is asked only about training images that it has not learned from', () => {
  const { steps } = planOf('figure-4');
  const map = steps.find((step) => step.kind === 'fuse' && step.method === 'df-gt-training-map');
  const thetas = steps.filter(({ key }) => map && needs(map).includes(key));
  const leftOut = [0, 1].map((index) => ({ kind: 'train', training: { leaveOut: { index, of: 2 } } }));
  expect(thetas).toMatchObject(leftOut);
});

test.each(['figure-4', 'figure-4d'])(
  '%s: every controlled map, and its control, ask the same two θ',
  (name) => {
    const { steps } = planOf(name);
    const maps = steps.filter((step) => step.kind === 'fuse' && step.method === 'df-gt-training-map');
    // Each map with five permutations of the diagnoses that it learns from.
    expect(maps.length).toBe(name === 'figure-4' ? 6 : 12);
    expect(new Set(maps.map((map) => needs(map).join()))).toEqual(new Set([needs(maps[0]).join()]));
  },
);

test('a θ without a gradient for the mask, and names that nobody has, are refused before any work', () => {
  const plan = (config: Record<string, unknown>) => () =>
    figure4.plan(subject, configOf(figure4, { config: { models: ['dl-cat'], ...config } }), 'demo');
  expect(plan({ theta: 'vcdr-ts' })).toThrow("theta 'vcdr-ts', as it is set, gives no gradient for the mask");
  const predicted = { 'dl-att': { attention: 'predicted' } };
  expect(plan({ theta: 'dl-att', settings: predicted })).toThrow(
    "theta 'dl-att', as it is set, gives no gradient for the mask",
  );
  expect(plan({ theta: 'dl-att', settings: { 'dl-att': { attention: 'none' } } })).toThrow(
    /settings\.dl-att\.attention: Invalid option.*received "none"/,
  );
  expect(plan({ theta: 'dl-att' })).not.toThrow();
  expect(plan({ theta: 'nobody' })).toThrow("unknown diagnosis model 'nobody'");
  expect(plan({ models: ['nobody'] })).toThrow("unknown diagnosis model 'nobody'");
  expect(plan({ fusions: ['nobody'] })).toThrow("unknown fusion 'nobody'");
});

test('the same work asked for twice is one step', () => {
  const planner = createPlanner({ preset: 'demo' });
  const [first, second] = [1, 1].map((seed) => planner.fuse(seed, { method: 'majority-vote' }));
  expect(first).toBe(second);
  expect(planner.fuse(2, { method: 'majority-vote' })).not.toBe(first);
  planner.cell({ protocol: 'both', method: 'majority-vote', rater: 'R1' }, 'weight', first);
  expect(planner.plan().steps.length).toBe(2);
});

const protocolsOf = (name: string, config: Record<string, unknown>): string[] => [
  ...new Set(planOf(name, config).cells.map(({ protocol, method }) => `${method}: ${protocol}`)),
];

test('the protocol of a row is that of the settings in force', () => {
  expect(protocolsOf('figure-4', { fusions: ['df-gt-expg'] })).toContain('df-gt-expg: paper');
  const pseudo = { fusions: ['df-gt-expg'], settings: { 'df-gt-expg': { label: 'pseudo' } } };
  expect(protocolsOf('figure-4', pseudo)).toContain('df-gt-expg: both');
});

test('one model: as published on masks that have seen their labels, or with the leak closed', () => {
  const labels = (config: Record<string, unknown>) =>
    planOf('train', config).steps.map(({ label, kind }) => (kind === 'evaluate' ? kind : label));
  const [vote, theta, judge] = ['fuse majority-vote', 'train dl-cat', 'train baseline-dia'];
  const published = [vote, theta, 'fuse df-gt-expg', judge, 'train take-and-give', 'evaluate'];
  expect(labels({})).toEqual(published);
  const closed = [vote, theta, theta, 'fuse df-gt-training-map', judge, 'train take-and-give', 'evaluate'];
  expect(labels({ protocol: 'leak-controlled' })).toEqual(closed);
  expect(protocolsOf('train', { protocol: 'leak-controlled' })).toEqual([
    'df-gt-training-map expg: leak-controlled',
  ]);
  const onVotes = { method: 'dl-roi', fusion: 'majority-vote', protocol: 'leak-controlled' };
  expect(labels(onVotes)).toEqual([vote, 'train dl-roi', 'evaluate']);
});

test('Take and Give is given the judge as the frozen network inside it, other segmentation models are not', () => {
  const { steps } = planOf('demo');
  const [judge] = steps.filter(({ label }) => label === 'train baseline-dia');
  const model = (label: string) => steps.find((step) => step.label === label)!;
  expect(needs(model('train take-and-give'))).toContain(judge.key);
  expect(needs(model('train baseline-seg'))).not.toContain(judge.key);
});

test('without diagnoses the workflow does what reads none, and what needs one is refused', () => {
  const undiagnosed = { ...subject, diagnosed: false };
  const plan = (name: string, config: Record<string, unknown> = {}) => {
    const experiment = experiments.get(name);
    return experiment.plan(undiagnosed, configOf<unknown>(experiment, { preset: 'demo', config }), 'demo');
  };
  expect(plan('demo').steps.map(({ label }) => label)).toEqual([
    'fuse majority-vote',
    'train baseline-seg',
    'evaluate',
  ]);
  expect(new Set(plan('demo').cells.map(({ metric }) => metric))).toEqual(new Set(['weight', 'soft_dice']));
  expect(() => plan('train', { fusion: 'majority-vote' })).toThrow(
    "'take-and-give' needs training images of both diagnoses",
  );
});

test.each(['figure-4d', 'figure-6'])(
  '%s: parametrisations at rates of their own, and at the paper’s single rate, each with how far it moved',
  (name) => {
    const { cells, steps } = planOf(name);
    const moved = cells.filter(({ metric }) => metric === 'movement').map(({ method }) => method);
    expect(moved).toEqual(expect.arrayContaining(['df-gt-raw', 'df-gt-expg', 'df-gt-raw, 1e-4 × 125']));
    const rates = steps.flatMap((step) =>
      step.kind === 'fuse' && step.method === 'df-gt-raw' ? [step.config] : [],
    );
    expect(rates).toEqual([{}, { learningRate: 1e-4, steps: 125 }]);
    // With the preset paper the single rate is the preset's own.
    const experiment = experiments.get(name);
    const paper = experiment.plan(subject, configOf<unknown>(experiment, { preset: 'paper' }), 'paper');
    expect(paper.cells.filter(({ method }) => method.includes('1e-4'))).toEqual([]);
  },
);

test('raw training maps have the rate of raw pixels, not that of ExpG', () => {
  const { steps } = planOf('figure-4d');
  const maps = steps.flatMap((step) =>
    step.kind === 'fuse' && step.method === 'df-gt-training-map' ? [step.config] : [],
  );
  expect(maps[0]).toEqual({
    parametrisation: 'raw',
    learningRate: 0.05, // of df-gt-raw, preset demo
  });
  expect(maps.at(-1)).toEqual({ parametrisation: 'expg' });
});

test('Take and Give inside an experiment wants a diagnosis network that it can use', () => {
  expect(() =>
    planOf('train', { method: 'take-and-give', fusion: 'majority-vote', judge: 'dl-roi' }),
  ).toThrow("judge 'dl-roi', as it is set, gives no gradient for the mask, which 'take-and-give' needs");
});

test('a fusion that reads each label and has no leak-controlled counterpart says which ones have', () => {
  expect(() => planOf('fuse', { method: 'df-gt-fourier', protocol: 'leak-controlled' })).toThrow(
    /'df-gt-fourier' reads the label of each image and has no leak-controlled counterpart: expected one of df-gt-expg/,
  );
});

test('a number by fold has one place for all folds', () => {
  const planner = createPlanner({ preset: 'demo' });
  const vote = planner.fuse(1, { method: 'majority-vote' });
  for (const fold of foldsOf(2)) {
    const model = planner.train(1, { method: 'baseline-seg', fusion: vote, training: { leaveOut: fold } });
    const evaluation = planner.evaluate(1, { model, split: 'train', fold });
    planner.cell({ protocol: 'both', method: 'majority-vote', structure: 'disc' }, 'soft_dice', evaluation);
  }
  expect(planner.plan().cells).toMatchObject([{ steps: [{ fold: 0 }, { fold: 1 }] }]);
});

test('in a cross-validation each part is left out of all training that is asked about it, of the judge too', () => {
  const { steps, cells } = planOf('train', { method: 'take-and-give', fusion: 'majority-vote', folds: 3 });
  const evaluations = steps.filter((step) => step.kind === 'evaluate');
  expect(evaluations.map(({ split, fold }) => [split, fold?.index])).toEqual(
    [0, 1, 2].map((k) => ['train', k]),
  );
  for (const evaluation of evaluations) {
    const used = steps.filter(({ key }) => needs(evaluation).includes(key));
    const inside = used.flatMap((step) => steps.filter(({ key }) => needs(step).includes(key)));
    const trained = [...used, ...inside].filter((step) => step.kind === 'train');
    expect(trained.length).toBeGreaterThan(2);
    for (const { training } of trained) expect(training).toMatchObject({ leaveOut: evaluation.fold });
  }
  for (const { steps: numbers } of cells) expect(numbers.map(({ fold }) => fold)).toEqual([0, 1, 2]);
});
