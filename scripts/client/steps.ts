import { isFitted, models } from '../../ml/models.ts';
import type { Client } from './client.ts';
import { follow } from './cohort.ts';

export interface Settings {
  readonly preset: string;
  readonly seed: number;
}

/** A fusion or a model: the id that it is asked for by. */
export interface Named {
  readonly name: string;
  readonly id: string;
}

/** One with its evaluation. */
export interface Evaluated extends Named {
  readonly evaluationId: string;
}

interface Started {
  readonly id: string;
  readonly run: { readonly id: string };
}

interface TrainInput {
  readonly fusionId: string;
  readonly config?: object;
  readonly diagnosisModelId?: string;
  readonly training?: object;
}

/** What the 160 training images of a demo phantom get in 12 epochs; 50 real images would get 72, too few to learn. */
const demoTraining = { minSteps: 240 };

export type Steps = ReturnType<typeof createSteps>;

/** The three mutations that start a run, each followed to its end. */
export function createSteps(client: Client, { preset, seed }: Settings) {
  async function start(field: string, inputType: string, label: string, input: object): Promise<Started> {
    const document = `mutation Start($input: ${inputType}!) { ${field}(input: $input) { id run { id } } }`;
    const answer = await client.request<Record<string, Started>>(document, { input: { ...input, seed } });
    await follow(client, label, answer[field].run.id);
    return answer[field];
  }
  return {
    fuse: async (method: string, input: object): Promise<Named> => {
      const asked = { method, preset, ...input };
      const { id } = await start('fuseLabels', 'FuseLabelsInput', `fuse ${method}`, asked);
      return { name: method, id };
    },
    train: async (method: string, { training, ...input }: TrainInput): Promise<Named> => {
      const least = preset === 'demo' && !isFitted(models.get(method)) ? demoTraining : {};
      const asked = { method, preset, training: { ...least, ...training }, ...input };
      const { id } = await start('trainModel', 'TrainModelInput', `train ${method}`, asked);
      return { name: method, id };
    },
    evaluate: async ({ name, id }: Named, input: object): Promise<Evaluated> => {
      const evaluation = await start('evaluate', 'EvaluateInput', `evaluate ${name}`, input);
      return { name, id, evaluationId: evaluation.id };
    },
  };
}
