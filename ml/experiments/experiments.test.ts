import { configOf } from '../method.ts';
import { figure4 } from './figure-4.ts';
import { experiments } from './index.ts';
import { createPlanner, needs, type Plan } from './plan.ts';

const subject = { raters: ['R1', 'R2'], structures: ['disc', 'cup'] };
/** What every experiment can do without knowing which further models there are. */
const planOf = (name: string, config: Record<string, unknown> = {}): Plan => {
  const experiment = experiments.get(name);
  const models = 'models' in (experiment.config.parse({}) as object) ? { models: ['dl-cat'] } : {};
  return experiment.plan(subject, configOf(experiment, { preset: 'demo', config: { ...models, ...config } }));
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

  test('every cell has one step a seed, and no step is for nothing', () => {
    const { steps, cells } = planOf(name, { seeds: [1, 2] });
    for (const cell of cells) expect(cell.steps.map(({ seed }) => seed)).toEqual([1, 2]);
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
    expect(maps.length).toBe(name === 'figure-4' ? 2 : 4);
    expect(new Set(maps.map((map) => needs(map).join()))).toEqual(new Set([needs(maps[0]).join()]));
  },
);

test('a θ without a gradient for the mask, and names that nobody has, are refused before any work', () => {
  const plan = (config: Record<string, unknown>) => () =>
    figure4.plan(subject, configOf(figure4, { config: { models: ['dl-cat'], ...config } }));
  expect(plan({ theta: 'vcdr-ts' })).toThrow(
    "theta 'vcdr-ts' with settings {} gives no gradient for the mask",
  );
  const predicted = { 'dl-att': { attention: 'predicted' } };
  expect(plan({ theta: 'dl-att', settings: predicted })).toThrow(
    `theta 'dl-att' with settings {"attention":"predicted"} gives no gradient for the mask`,
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
  const planner = createPlanner();
  const [first, second] = [1, 1].map((seed) => planner.fuse(seed, { method: 'majority-vote' }));
  expect(first).toBe(second);
  expect(planner.fuse(2, { method: 'majority-vote' })).not.toBe(first);
  planner.cell({ protocol: 'both', method: 'majority-vote', rater: 'R1' }, 'weight', 1, first);
  expect(planner.plan().steps.length).toBe(2);
});
