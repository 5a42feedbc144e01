import { emptyColumns } from '../client/empty-masks.ts';
import { interval } from '../client/estimate.ts';
import { originLine } from '../client/origin.ts';
import { table } from '../client/table.ts';
import { transductiveNote } from '../client/transductive.ts';
import type { Measured, TrainedModel } from './read-model.ts';

/** What the model is worth on the test images, and on which masks that was asked. */
export function formatModel({ model, evaluation, methods }: TrainedModel): string {
  const { method, task, fusion, snapshot } = model;
  const asked =
    task === 'diagnosis'
      ? `reads test images with their '${fusion.method}' masks`
      : `draws test images, compared with their '${fusion.method}' masks`;
  const empty = emptyColumns(evaluation.metrics, ['both empty', 'one empty']);
  return [
    `${method} · ${originLine(snapshot)} · ${asked}`,
    '',
    ...table(
      ['number', 'structure', 'against', 'value', '95 % interval', 'images', ...empty.head],
      evaluation.metrics.map((metric) => [
        metric.name,
        metric.structure?.name ?? '',
        against(metric, { model, methods }),
        metric.value === null ? `undefined${metric.note ? `: ${metric.note}` : ''}` : metric.value.toFixed(3),
        interval(metric),
        String(metric.count),
        ...empty.of(metric),
      ]),
    ),
    ...(fusion.transductive
      ? transductiveNote(
          'Far above permuted_auc, the score of masks fused with shuffled diagnoses, they carry the label.',
        )
      : []),
  ].join('\n');
}

/** Scores are compared with the diagnosis, masks with a rater's or with the fused ones. */
function against({ name, rater }: Measured, { model, methods }: Omit<TrainedModel, 'evaluation'>): string {
  const compares = methods.find((method) => method.name === name)?.metric?.compares;
  return compares === 'SCORES' ? 'diagnosis' : (rater?.name ?? model.fusion.method);
}
