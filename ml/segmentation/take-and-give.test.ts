import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../backend.ts';
import { baselineDia } from '../diagnosis/baseline-dia.ts';
import { configOf } from '../method.ts';
import { networkInput, SIZE } from '../models.test-helper.ts';
import { lossAndGradients } from '../layers/gradients.ts';
import { totalOf } from '../losses/losses.ts';
import { segmentationLoss } from '../losses/segmentation-loss.ts';
import { takeAndGive, type TakeAndGiveConfig } from './take-and-give.ts';

beforeAll(async () => {
  await loadBackend();
});

const settings = (change: Partial<TakeAndGiveConfig>): TakeAndGiveConfig =>
  configOf(takeAndGive, { preset: 'demo', config: change });

/** Names of the trainable weights, of those with a gradient, and whether the frozen network stayed as it was. */
function stepWith(change: Partial<TakeAndGiveConfig>, diaPreset: Record<string, unknown> = {}) {
  const config = settings(change);
  const diagnosisNetwork = baselineDia.build(
    networkInput(2),
    configOf(baselineDia, { preset: 'demo', config: diaPreset }),
  );
  const network = takeAndGive.build({ ...networkInput(), diagnosisNetwork }, config);
  const frozen = () =>
    [...diagnosisNetwork.weights.trainable.values(), ...diagnosisNetwork.weights.statistics.values()].map(
      (weight) => Array.from(weight.dataSync()),
    );
  const before = frozen();
  const result = tf.tidy(() => {
    const image = tf.randomUniform<tf.Rank.R4>([2, SIZE, SIZE, 3], 0, 1, 'float32', 1);
    const mask = tf.randomUniform<tf.Rank.R4>([2, SIZE, SIZE, 2], 0, 1, 'float32', 2);
    const loss = () =>
      totalOf(
        segmentationLoss(
          network.apply({ image }, { training: true }),
          { fused: mask, majority: mask },
          config,
        ),
      );
    return Object.keys(lossAndGradients(loss, network.weights).gradients);
  });
  const names = [...network.weights.trainable.keys()];
  const untouched = JSON.stringify(frozen()) === JSON.stringify(before);
  network.weights.dispose();
  diagnosisNetwork.weights.dispose();
  return { names, reached: result, untouched };
}

test.each<[TakeAndGiveConfig['blocks']]>([[[]], [['B1', 'B2']], [['B3', 'B4']], [['B1', 'B2', 'B3', 'B4']]])(
  'has bridges at %j only and learns through them, the diagnosis network frozen',
  (blocks) => {
    const { names, reached, untouched } = stepWith({ blocks });
    const bridged = new Set(names.flatMap((name) => /^(?:give|take)(\d)/.exec(name)?.[1] ?? []));
    expect([...bridged].map((level) => `B${level}`).sort()).toEqual(blocks);
    expect(reached).toEqual(names);
    expect(untouched).toBe(true);
  },
);

test('reads the features of the published Baseline-Dia, with one pass a structure', () => {
  const { names, reached } = stepWith({}, { lateAttention: false });
  expect(reached).toEqual(names);
});

test('bridges by the equations alone have no layer-norm', () => {
  const { names } = stepWith({ equationsOnly: true });
  expect(names.filter((name) => name.includes('norm-'))).toEqual([]);
});

test('without the coarse term the coarse decoder still learns, through the diagnosis network, if let', () => {
  const coarse = (names: string[]) => names.filter((name) => name.startsWith('coarse/'));
  const open = stepWith({ coarseWeight: 0 });
  expect(coarse(open.reached)).toEqual(coarse(open.names));
  expect(coarse(stepWith({ coarseWeight: 0, gradientThroughDiagnosis: false }).reached)).toEqual([]);
});

test('refuses to be built without a diagnosis network', () => {
  expect(() => takeAndGive.build(networkInput(), settings({}))).toThrow(/needs a trained diagnosis network/);
});
